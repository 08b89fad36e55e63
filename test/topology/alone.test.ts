import { describe, expect, test } from 'vitest'
import { json, rolesIn, servicesIn } from './summary.ts'

const ends = 'fn main() {\n    println!("hello");\n}\n'
const crate = (name: string, more = '') => `[package]\nname = "${name}"\nversion = "0.1.0"\n${more}`
const namesIn = (files: Record<string, string>) => servicesIn(files).map((line) => line.split(' ').slice(0, 2).join(' '))

describe('A program that is alone in its repository', () => {
  test.each([
    ['at the root', { 'Cargo.toml': crate('hello'), 'src/main.rs': ends }, ['hello .']],
    ['in a folder, with nothing at the root', { 'hello/Cargo.toml': crate('hello'), 'hello/src/main.rs': ends }, ['hello hello']],
  ])('is the service: %s', (_, files, names) => {
    expect(namesIn(files)).toEqual(names)
  })

  test.each([
    ['reads a command line', { 'Cargo.toml': crate('find', '\n[dependencies]\nlexopt = "0.3"\n'), 'src/main.rs': ends }],
    ['is a command for people', { 'requirements.txt': 'click\n', 'main.py': 'import click\n\nif __name__ == "__main__":\n    print(1)\n' }],
    ['lies in a library', { 'Cargo.toml': crate('words'), 'src/lib.rs': '', 'size/Cargo.toml': crate('size'), 'size/src/main.rs': ends }],
    ['is measured', { 'perf/Cargo.toml': crate('speed'), 'perf/src/main.rs': ends }],
    ['belongs to the tests', { 'test_suite/size/Cargo.toml': crate('size'), 'test_suite/size/src/main.rs': ends }],
    ['came with the dependencies', { 'deps/fast/Cargo.toml': crate('fast'), 'deps/fast/src/main.rs': ends }],
    ['builds a theme', { 'package.json': json({ name: 'theme' }), 'build.mjs': 'x()\n', 'style.css': '', 'theme.json': '{}' }],
  ])('is none when it %s', (_, files) => {
    expect(namesIn(files as unknown as Record<string, string>)).toEqual([])
  })

  test('is none in a workspace that has several of them', () => {
    const files = {
      'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n',
      'a/Cargo.toml': crate('a'),
      'a/src/main.rs': ends,
      'b/Cargo.toml': crate('b'),
      'b/src/main.rs': ends,
    }
    expect(namesIn(files)).toEqual([])
  })
})

test('A page in a library is no site', () => {
  const files = {
    'package.json': json({ name: 'words', main: 'words.js' }),
    'words.js': 'module.exports = 1\n',
    'show/index.html': '',
    'show/a.css': '',
  }
  expect([namesIn(files), rolesIn(files)]).toEqual([[], { '.': 'library', show: 'library' }])
})

import { expect, test } from 'vitest'
import { json, rolesIn, servicesIn } from './summary.ts'

const server = { 'server.js': "require('express')().listen(3000)\n" }
const manifest = (name: string, start = 'node server.js') => json({ name, scripts: { start }, dependencies: { express: '5' } })
const answer = (files: Record<string, string>) => [servicesIn(files).map((line) => line.split(' ')[1]), rolesIn(files)]

test.each([['{{ name }}'], ['<%= name %>'], ['{{cookiecutter.slug}}']])('A manifest named %s is a template of a generator', (name) => {
  expect(answer({ 'web/package.json': manifest(name), 'web/server.js': server['server.js'] })).toEqual([[], { web: 'example' }])
})

test('A command that is still to be filled in makes a template', () => {
  expect(answer({ 'web/package.json': manifest('shop', 'node {{ entry }}.js'), 'web/server.js': server['server.js'] })).toEqual([
    [],
    { web: 'example' },
  ])
})

test.each([['__brick__'], ['{{cookiecutter.slug}}'], ['{{name}}']])('What lies in %s is an example', (folder) => {
  expect(answer({ [`${folder}/package.json`]: manifest('shop'), [`${folder}/server.js`]: server['server.js'] })).toEqual([
    [],
    { [folder]: 'example' },
  ])
})

test("A name without anything to fill in is nobody's template", () => {
  expect(answer({ 'package.json': manifest('shop'), ...server })).toEqual([['.'], {}])
})

import { describe, expect, test } from 'vitest'
import { detectors } from '../../src/topology/detectors/index.ts'
import { unknownLanguages } from '../../src/topology/nothing.ts'
import { printTable } from '../../src/topology/report/table.ts'
import { analyzeFiles, json, servicesIn } from './summary.ts'

const misspeltIn = (files: Record<string, string>) =>
  analyzeFiles(files)
    .recommendations.filter(({ code }) => code === 'misspelt_manifest')
    .map(({ message, fix }) => `${message} ${fix}`)

describe('a commit in which nothing is a service', () => {
  test('says what was looked at, what came closest and what would help', () => {
    const { nothing } = analyzeFiles({
      'tools/lint/package.json': json({ name: 'lint', exports: './index.js' }),
      'tools/lint/index.js': 'export const rules = []',
      'notes/todo.md': '',
    })
    expect(nothing?.folders).toBe(2)
    expect(nothing?.hints.at(-1)).toContain('kyozo.yaml')
    expect(nothing?.lookedFor).toContainEqual({ title: 'Go', marks: ['go.mod', '*.go', 'go.work'] })
  })

  test('names a language that no detector knows, and the way out', () => {
    expect(analyzeFiles({ 'main.lua': 'print(1)' }).nothing?.hints[0]).toBe(
      'There is Lua here, which kyozo does not tell apart; a Dockerfile makes it a service.',
    )
  })

  test('never says so of a language that a detector knows', () => {
    const titles = new Set(detectors.map(({ title }) => title))
    expect(Object.values(unknownLanguages).filter((name) => titles.has(name))).toEqual([])
  })

  test('says that it is empty when it is', () => {
    expect(printTable(analyzeFiles({}))).toContain('The commit holds no files.')
  })

  test('is not spoken of where there is a service', () => {
    expect(analyzeFiles({ 'index.html': '', 'style.css': '' })).not.toHaveProperty('nothing')
  })
})

describe('a manifest that is almost named like one', () => {
  test('is named with what it should be called', () => {
    expect(misspeltIn({ 'api/requirement.txt': 'flask', 'api/Dokerfile': 'FROM x', 'kyozo.yml': '' })).toEqual([
      'kyozo.yml looks like kyozo.yaml misspelt; under its present name nothing reads it. Rename it to kyozo.yaml.',
      'api/Dokerfile looks like Dockerfile misspelt; under its present name nothing reads it. Rename it to Dockerfile.',
      'api/requirement.txt looks like requirements.txt misspelt; under its present name nothing reads it. Rename it to requirements.txt.',
    ])
  })

  test('is known by a misspelt ending too, and keeps the ending that it has', () => {
    const files = {
      'a/go.mode': '',
      'b/Cargo.tml': '',
      'c/pom.xlm': '',
      'd/composer.jsn': '',
      'e/docker-compse.yml': '',
      'f/docker-compse.yaml': '',
    }
    expect(misspeltIn(files).map((line) => / Rename it to (.{1,40})\.$/.exec(line)?.[1])).toEqual([
      'go.mod', 'Cargo.toml', 'pom.xml', 'composer.json', 'docker-compose.yml', 'docker-compose.yaml',
    ]) // biome-ignore format: one line
  })

  test('is none where the name is a word of another tool', () => {
    const names = [
      'packages.lock.json',
      'project.toml',
      'Podfile.lock',
      'buf.lock',
      'manager.py',
      'cart.yaml',
      'go.md',
      'Cargo.txt',
      'pom.xsd',
      'composer.phar',
      'package.json5',
      'compare.yml',
      'mix.ex',
    ]
    expect(misspeltIn(Object.fromEntries(names.map((name) => [name, ''])))).toEqual([])
  })

  test('counts letters that change places, and capitals', () => {
    expect(misspeltIn({ 'a/pakcage.json': '{}', 'b/Package.json': '{}' })).toHaveLength(2)
  })

  test('is left alone beside the real one, and so are other names', () => {
    expect(misspeltIn({ 'requirements.txt': '', 'requirement.txt': '' })).toEqual([])
    expect(misspeltIn({ Rakefile: '', 'package.js': '', 'requirements.in': '', 'setup.py': '', 'main.go': '' })).toEqual([])
    expect(misspeltIn({ justfile: '' })).toEqual([])
    expect(misspeltIn({ 'build.sh': '', 'tsconfig.json': '{}', 'config/runtime.exs': '' })).toEqual([])
    expect(
      misspeltIn({ 'readme.md': '', justfile: '', 'locales/el.json': '{}', 'state.json': '{}', 'composer.yml': '', Profile: '' }),
    ).toEqual([])
  })
})

describe('the only program of a repository', () => {
  test('is its service, however little it says', () => {
    const files = { 'Cargo.toml': '[package]\nname = "hello"\nversion = "0.1.0"\n', 'src/main.rs': 'fn main() { println!("hello"); }' }
    expect(servicesIn(files)).toEqual(['hello . rust no port template(rust in .) [./hello]'])
  })

  test('is not a library, a test or an example', () => {
    const library = { 'Cargo.toml': '[package]\nname = "hello"\nversion = "0.1.0"\n', 'src/lib.rs': 'pub fn hello() {}' }
    expect(servicesIn(library)).toEqual([])
  })
})

describe('names that differ only in case', () => {
  test('are told with the reason, and both are services', () => {
    const files = { 'API/server.js': 'x.listen(1)', 'api/server.js': 'x.listen(2)', 'readme.md': '', 'README.md': '' }
    const { services, recommendations } = analyzeFiles(files)
    expect(services.map(({ name, path }) => `${name} ${path}`)).toEqual(['api API', 'api-2 api'])
    expect(recommendations.filter(({ code }) => code === 'case_twins').map(({ message }) => message)).toEqual([
      'README.md and readme.md differ only in case; a checkout on macOS or Windows holds one of them.',
      'API and api differ only in case; a checkout on macOS or Windows holds one of them.',
    ])
  })
})

import { describe, expect, it } from 'vitest'
import { readComposeFile } from '../../../src/topology/compose/read-compose-file.ts'
import { sourceTree } from '../../support/source-tree.ts'
import { readText, serviceText, told } from './reading.ts'

const files = {
  'app/compose.yml': `
include: [infra.yml]
services:
  web:
    build: .
    env_file: web.env
    extends: {file: ../base.yml, service: base}
    volumes: [./conf:/etc/app]
    secrets: [token]
secrets: {token: {file: token}}
`,
  'app/Dockerfile': 'FROM nginx',
  'app/web.env': 'A=1',
  'app/conf/a': 'a',
  'app/conf/b': 'b',
  'app/token': 't',
  'app/infra.yml': 'services: {db: {image: postgres}}',
  'base.yml': 'services: {base: {image: busybox, env_file: base.env}}',
  'base.env': 'BASE=1',
}

describe('a file whose texts are not all loaded', () => {
  it('asks for them in rounds and ends in the same model', () => {
    const rounds: string[][] = []
    let loaded = new Set<string>()
    for (;;) {
      const tree = sourceTree(files, { loaded })
      const model = readComposeFile({ tree, file: 'app/compose.yml', policy: 'trusted' })
      if (tree.wanted.size === 0) {
        expect(model).toEqual(readComposeFile({ tree: sourceTree(files), file: 'app/compose.yml', policy: 'trusted' }))
        expect(model.violations).toEqual([])
        break
      }
      rounds.push([...tree.wanted].sort())
      expect(model.violations).toEqual([])
      loaded = new Set([...loaded, ...tree.wanted])
    }
    expect(rounds).toEqual([['app/compose.yml'], ['app/Dockerfile', 'app/infra.yml', 'app/token', 'app/web.env', 'base.yml'], ['base.env']])
  })

  it('says which files the model is made of', () => {
    const { reads } = readComposeFile({ tree: sourceTree(files), file: 'app/compose.yml', policy: 'trusted' })
    // What is below a mounted folder is copied, not read.
    expect(reads).toEqual(
      Object.keys(files)
        .filter((path) => !path.startsWith('app/conf/'))
        .sort(),
    )
  })
})

describe('paths in a compose file', () => {
  it('start at the folder of the file that they stand in', () => {
    const { services } = readComposeFile({ tree: sourceTree(files), file: 'app/compose.yml', policy: 'trusted' })
    expect(services.web?.build).toEqual({ context: 'app', dockerfile: 'app/Dockerfile', args: {} })
    expect(services.web?.environment).toEqual({ BASE: '1', A: '1' })
  })

  it('may not name a service twice over included files', () => {
    const text = 'include: [a.yml]\nservices: {web: {image: nginx}}'
    expect(told(readText(text, { files: { 'a.yml': 'services: {web: {image: httpd}}' } }))).toEqual([
      'compose.yml:1:11 include.0: the service `web` is already there; give one of them another name (rule include)',
    ])
  })

  it('may be included by several files', () => {
    const model = readText('include: [a.yml, b.yml]', {
      files: { 'a.yml': 'include: [c.yml]', 'b.yml': 'include: [c.yml]', 'c.yml': 'services: {web: {image: nginx}}' },
    })
    expect({ told: told(model), services: Object.keys(model.services) }).toEqual({ told: [], services: ['web'] })
  })
})

describe('an include that cannot be followed', () => {
  it('is the only error: what it would have declared is not asked for', () => {
    const text =
      'include: [../far.yml, own.yml]\nservices: {web: {image: nginx, depends_on: [db], volumes: ["data:/data"], networks: [back]}}'
    expect(told(readText(text, { files: { 'own.yml': 'services: {}' } }))).toEqual([
      'compose.yml:1:11 include.0: the file `../far.yml` is outside of the repository; name a path inside the repository (rule include)',
    ])
  })

  it('may not place its project outside of the repository, nor read variables for a fork', () => {
    const text = 'include: [{path: a.yml, project_directory: ..}, {path: b.yml, env_file: b.env}]\nservices: {}'
    const files = { 'a.yml': 'services: {a: {image: nginx}}', 'b.yml': 'services: {b: {image: nginx}}', 'b.env': 'B=1' }
    const { services, ...model } = readText(text, { files, policy: 'fork' })
    expect(Object.keys(services)).toEqual(['b'])
    expect(told({ services, ...model })).toEqual([
      'compose.yml:1:25 include.0.project_directory: the project folder `..` is outside of the repository; name a path inside the repository (rule include)',
      'compose.yml:1:63 include.1.env_file: `env_file` is not read for a fork, which gets no settings of the team; write defaults for the variables (rule env_file)',
    ])
  })
})

describe('a value that is not known', () => {
  it('is one error: nothing else is said about it', () => {
    const text = serviceText(
      'volumes: ["$MEDIA:/media", {type: bind, source: "$FILES", target: /f}, "/etc:/e"]\nports: ["$PORT:80"]\nmem_limit: $M',
    )
    expect(readText(text).violations.map(({ pointer, rule }) => `${pointer} ${rule}`)).toEqual([
      '/services/web/volumes/0 undefined_variable',
      '/services/web/volumes/1/source undefined_variable',
      '/services/web/volumes/2 bind',
      '/services/web/ports/0 undefined_variable',
      '/services/web/mem_limit undefined_variable',
    ])
  })
})

describe('a file that is not there', () => {
  it('is an error in words', () => {
    expect(() => readComposeFile({ tree: sourceTree({}), file: 'compose.yml', policy: 'trusted' })).toThrow(
      'compose.yml is not in the repository',
    )
  })

  it('may not be a symbolic link', () => {
    const tree = sourceTree({ 'compose.yml': { text: '/etc/passwd', mode: '120000' } })
    expect(() => readComposeFile({ tree, file: 'compose.yml', policy: 'trusted' })).toThrow(
      'compose.yml:1:1 the compose file is a symbolic link (rule yaml)',
    )
  })
})

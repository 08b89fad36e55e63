import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const express = (folder: string) => ({
  [`${folder}/package.json`]: json({ name: folder, scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
  [`${folder}/s.js`]: 'app.listen(3000)',
})
/** A program that nothing but a declaration makes a service. */
const quiet = { 'job/package.json': json({ name: 'job' }), 'job/index.js': 'console.log(1)' }

describe("a platform's file beside a service", () => {
  test.each([
    [
      'railway.toml',
      '[deploy]\nstartCommand = "node main.js --port 4001"\nhealthcheckPath = "/up"\n',
      'node main.js --port 4001',
      4001,
      '/up',
    ],
    ['railway.json', '{"deploy":{"startCommand":"node main.js","healthcheckPath":"/up"}}', 'node main.js', 3000, '/up'],
    ['fly.toml', 'app = "x"\n[http_service]\ninternal_port = 4002\n[processes]\napp = "node main.js"\n', 'node main.js', 4002, undefined],
    ['heroku.yml', 'build: {docker: {web: Dockerfile}}\nrun:\n  web: node main.js\n', 'node main.js', 3000, undefined],
    ['nixpacks.toml', '[start]\ncmd = "node main.js"\n', 'node main.js', 3000, undefined],
    ['railpack.json', '{"deploy":{"startCommand":"node main.js"}}', 'node main.js', 3000, undefined],
    ['app.yaml', 'runtime: nodejs22\nentrypoint: node main.js\n', 'node main.js', 3000, undefined],
    ['manifest.yml', 'applications:\n  - {name: x, command: node main.js, health-check-http-endpoint: /up}\n', 'node main.js', 3000, '/up'],
  ])('%s is believed before a guess', (name, text, start, port, health) => {
    const service = serviceNamed({ ...express('api'), [`api/${name}`]: text }, 'api')
    expect([service.start, service.port, service.health?.kind === 'http' ? service.health.path : undefined]).toEqual([start, port, health])
    expect(service.evidence.some(({ path }) => path === `api/${name}`)).toBe(true)
  })

  test('gives way to a Procfile, which names every process', () => {
    const files = {
      ...express('api'),
      'api/railway.json': '{"deploy":{"startCommand":"node b.js"}}',
      'api/Procfile': 'release: x\nweb: node a.js\nworker: node w.js\n',
    }
    const { start, processes } = serviceNamed(files, 'api')
    expect([start, processes]).toEqual([
      'node a.js',
      [
        { name: 'web', command: 'node a.js' },
        { name: 'worker', command: 'node w.js' },
      ],
    ])
    expect(serviceNamed({ ...express('api'), 'api/Procfile': 'web: node a.js\n' }, 'api').processes).toBeUndefined()
  })

  test("app.json says which variables are required; a mobile application's says nothing", () => {
    const env = { KEY: { description: 'x' }, MODE: { value: 'fast' }, SALT: { generator: 'secret' }, NOTE: { required: false }, PLAIN: 'y' }
    expect(serviceNamed({ ...express('api'), 'api/app.json': json({ formation: {}, env }) }, 'api').environment).toEqual([
      { name: 'KEY', required: true },
      { name: 'MODE', required: false, value: 'fast' },
      { name: 'NOTE', required: false },
      { name: 'PLAIN', required: false, value: 'y' },
      { name: 'SALT', required: true, made: 'text' },
    ])
    expect(servicesIn({ 'm/app.json': json({ expo: { name: 'x' }, env: {} }), ...quiet }).some((line) => line.startsWith('m '))).toBe(false)
  })
})

describe('a file that lists services', () => {
  test.each([
    ['render.yaml', 'services:\n  - {type: worker, name: job, runtime: node, rootDir: job, startCommand: node index.js}\n'],
    ['.do/app.yaml', 'name: x\nworkers:\n  - {name: job, source_dir: /job, run_command: node index.js}\n'],
    ['azure.yaml', 'name: x\nservices:\n  job: {project: ./job, language: js, host: containerapp}\n'],
    ['dapr.yaml', 'version: 1\napps:\n  - {appID: job, appDirPath: ./job/, command: [node, index.js]}\n'],
    ['skaffold.yaml', 'apiVersion: skaffold/v4beta1\nkind: Config\nbuild: {artifacts: [{image: job, context: job}]}\n'],
    ['Tiltfile', "docker_build('job', 'job')\n"],
    ['okteto.yml', 'build:\n  job: {context: job}\n'],
    ['docker-bake.hcl', 'target "job" {\n  context = "./job"\n}\n'],
  ])('%s makes a service of a folder that says nothing itself', (name, text) => {
    const other = express('api')
    expect(servicesIn({ ...quiet, ...other }).map((line) => line.split(' ')[1])).toEqual(['api'])
    const { services } = analyzeFiles({ ...quiet, ...other, [name]: text })
    expect(services.map(({ path, type }) => [path, type])).toEqual([
      ['api', 'nodejs'],
      ['job', 'nodejs'],
    ])
    expect(services[1]?.evidence.some(({ path, line }) => path === name && line !== undefined)).toBe(true)
  })

  test('says the ports of dapr applications and the matrix of a bake file', () => {
    const files = { ...express('api'), ...quiet }
    expect(serviceNamed({ ...files, 'dapr.yaml': 'apps: [{appID: a, appDirPath: api, appPort: 6003}]' }, 'api').port).toBe(6003)
    const bake = 'x = [\n  { source = "api" },\n  {\n    source = "job"\n  }\n]\ntarget "t" {\n  context = "./${item.source}"\n}\n'
    expect(servicesIn({ ...files, 'docker-bake.hcl': bake }).map((line) => line.split(' ')[1])).toEqual(['api', 'job'])
  })

  test('gives a folder the Dockerfile that lies elsewhere', () => {
    const files = {
      'src/app/main.x': '',
      'docker/app.Dockerfile': 'FROM acme/x\nCOPY src/app /a\nEXPOSE 81\n',
      'okteto.yml': 'build:\n  app: {context: ., dockerfile: docker/app.Dockerfile}\n',
    }
    expect(serviceNamed(files, 'app').build).toMatchObject({ kind: 'dockerfile', dockerfile: 'docker/app.Dockerfile' })
  })
})

describe('a declaration', () => {
  test("of a folder that is not there, or outside, is nobody's", () => {
    const files = {
      ...express('api'),
      'render.yaml': 'services:\n  - {type: web, name: x, rootDir: ../../etc}\n  - {type: web, name: y, rootDir: nowhere}\n',
    }
    expect(servicesIn(files).map((line) => line.split(' ')[1])).toEqual(['api'])
  })

  test("for a site's host makes no service of a library", () => {
    const library = {
      'package.json': json({ name: 'lib', exports: './index.js', main: 'index.js' }),
      'index.js': 'export {}',
      'netlify.toml': '[build]\npublish = "docs"\n',
      'vercel.json': '{}',
    }
    expect([servicesIn(library), rolesIn(library)['.']]).toEqual([[], 'library'])
  })

  test.each([
    'railway.json',
    'render.yaml',
    'fly.toml',
    'app.json',
    'heroku.yml',
    'app.yaml',
    'captain-definition',
    'zbpack.json',
    'nixpacks.toml',
    'project.toml',
    'vercel.json',
    'netlify.toml',
    'azure.yaml',
    'manifest.yml',
    'dapr.yaml',
    'skaffold.yaml',
    'Tiltfile',
    'okteto.yml',
    'docker-bake.hcl',
    'Procfile',
  ])('%s with hostile contents changes nothing of another service and takes bounded time', (name) => {
    const plain = servicesIn(express('api'))
    const started = performance.now()
    for (const text of [
      '{',
      '[]',
      'null',
      '{"__proto__":{"services":[1]},"services":[null,{"rootDir":1}],"build":7,"env":{"__proto__":{}}}',
      '('.repeat(30_000),
      'docker_build('.repeat(4000),
      'target "a" {\n'.repeat(4000),
      'a: &a [*a]\n',
      '\u0000',
      'x: '.repeat(9000),
    ])
      expect(servicesIn({ ...express('api'), [name]: text })).toEqual(plain)
    expect(performance.now() - started).toBeLessThan(6000)
  })
})

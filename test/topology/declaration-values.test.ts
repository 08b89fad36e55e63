// One line of kyozo.yaml for every value that a guess can get wrong, and a sentence for every line that cannot be followed.
import { describe, expect, test } from 'vitest'
import { explainFolder } from '../../src/topology/explain.ts'
import type { ServiceSpec } from '../../src/topology/topology.ts'
import { sourceTree } from '../support/source-tree.ts'
import { analyzeFiles, json, lineFor, serviceNamed, servicesIn } from './summary.ts'

const api = {
  'api/package.json': json({
    name: 'api',
    scripts: { start: 'node s.js', build: 'tsc' },
    dependencies: { express: '5', pg: '8', redis: '5' },
  }),
  'api/package-lock.json': '{}',
  'api/yarn.lock': '',
  'api/s.js':
    "import pg from 'pg'\nimport redis from 'redis'\nnew pg.Pool({connectionString: process.env.DATABASE_URL})\nredis.createClient({url: process.env.REDIS_URL})\napp.listen(3000)\n",
  'web/package.json': json({ name: 'web', scripts: { start: 'node s.js' }, dependencies: { fastify: '5' } }),
  'web/s.js': 'app.listen(4000)\n',
  'img/Dockerfile': 'FROM golang:1.23 AS build\nCOPY . .\nFROM build AS test\nFROM alpine\nEXPOSE 9000\nCMD ["/app"]\n',
}

const told = (yaml: string) => ({ ...api, 'kyozo.yaml': yaml })
const service = (name: string, says: string): ServiceSpec => serviceNamed(told(`services: {${name}: {${says}}}\n`), name)

function problemOf(files: Record<string, string>): string {
  try {
    analyzeFiles(files)
  } catch (error) {
    return (error as Error).message
  }
  return 'no problem'
}

describe('one line of kyozo.yaml', () => {
  test.each<[string, Partial<ServiceSpec>]>([
    ['framework: koa', { framework: 'koa' }],
    ['version: 22', { version: '22' }],
    ['version: "20.11"', { version: '20.11' }],
    ['package_manager: npm', { packageManager: 'npm', installCommand: 'npm ci', buildCommand: 'npm run build' }],
    ['install: npm ci --legacy-peer-deps', { installCommand: 'npm ci --legacy-peer-deps' }],
    [
      'processes: {worker: node w.js}',
      {
        processes: [
          { name: 'web', command: 'node s.js' },
          { name: 'worker', command: 'node w.js' },
        ],
      },
    ],
    ['processes: {web: node x.js}', { start: 'node x.js' }],
    ['start: [node, x.js]', { start: 'node x.js' }],
    ['health: none', { health: { kind: 'none' } }],
    ['build: {command: make}', { buildCommand: 'make' }],
  ])('%s is what holds, with its place', (says, expected) => {
    const found = service('api', says)
    const [key] = Object.keys(expected) as [keyof ServiceSpec['because']]
    expect([found, found.because[key]]).toMatchObject([expected, { path: 'kyozo.yaml', line: 1, weight: 1 }])
  })

  test.each<[string, keyof ServiceSpec]>([
    ['framework: none', 'framework'],
    ['version: none', 'version'],
    ['port: none', 'port'],
    ['install: none', 'installCommand'],
    ['build: {command: none}', 'buildCommand'],
    ['processes: none', 'processes'],
  ])('%s leaves nothing in its place', (says, key) => {
    expect(service('api', says)[key]).toBeUndefined()
  })

  test('takes a process out that is none', () => {
    const files = {
      ...told('services: {api: {processes: {clock: none}}}\n'),
      'api/Procfile': 'web: node s.js\nworker: node w.js\nclock: node c.js\n',
    }
    expect(serviceNamed(files, 'api').processes).toEqual([
      { name: 'web', command: 'node s.js' },
      { name: 'worker', command: 'node w.js' },
    ])
  })

  test.each([
    ['{postgres: none}', ['redis requires'], ['redis']],
    ['{postgresql: {kind: none}}', ['redis requires'], ['redis']],
    ['{postgres: optional}', ['postgres optional', 'redis requires'], ['postgres', 'redis']],
    ['none', [], []],
    ['[]', [], []],
    ['[web]', ['postgres requires', 'redis requires', 'web requires'], ['postgres', 'redis']],
  ])('depends_on: %s says whom it needs', (says, expected, backing) => {
    const files = told(`services: {api: {depends_on: ${says}}}\n`)
    expect([
      serviceNamed(files, 'api').dependsOn.map(({ service: name, kind }) => `${name} ${kind}`),
      analyzeFiles(files).backing.map(({ name }) => name),
    ]).toEqual([expected, backing])
  })

  test('keeps what was read when it says another runtime of the same programs', () => {
    expect(lineFor(service('api', 'type: bun'))).toBe('api api bun/express :3000 template(bun in api) tcp [node s.js] ← postgres, redis')
  })

  test('makes a site of a program that is only built, and says where its pages are', () => {
    expect(service('api', 'type: static_site, build: {output: dist}')).toMatchObject({
      type: 'static_site',
      buildCommand: 'yarn run build',
      facts: { isBuilt: true, outputFolder: 'dist' },
    })
  })

  test('is not in the documents for programs, which have the values', () => {
    const tree = sourceTree(told('services: {api: {port: 80}}\n'))
    const { answer } = explainFolder(tree, 'api')
    expect(answer.kind === 'service' && answer.services.map((one) => 'declared' in one)).toEqual([false])
  })
})

describe('a service of a compose file', () => {
  const files = {
    ...api,
    'compose.yaml':
      'services:\n  Web_API: {build: ./api, depends_on: [My.DB]}\n  worker: {build: ./web}\n  My.DB: {image: "postgres:17"}\n  adminer: {image: adminer}\n',
  }

  test.each(['Web_API', 'web-api', 'WEB-API'])('can be called %s', (name) => {
    expect(
      serviceNamed({ ...files, 'kyozo.yaml': `services: {${name}: {port: 81, depends_on: {My.DB: none, redis: none}}}\n` }, 'web-api'),
    ).toMatchObject({
      port: 81,
      dependsOn: [],
      because: { port: { path: 'kyozo.yaml', line: 1 } },
    })
  })

  test('is left out with its stack, and an image beside it too', () => {
    const yaml = 'services: {worker: {ignore: true}, adminer: {ignore: true}}\n'
    const { services } = analyzeFiles({ ...files, 'kyozo.yaml': yaml })
    const stack = services.find(({ type }) => type === 'compose_stack')
    expect([services.some(({ name }) => name === 'worker'), stack?.facts.leftOut]).toEqual([false, ['worker', 'adminer']])
  })

  test('cannot be changed when it is only an image', () => {
    expect(problemOf({ ...files, 'kyozo.yaml': 'services: {adminer: {port: 1}}\n' })).toBe(
      'kyozo.yaml:1:12: services.adminer: adminer is an image that compose.yaml runs as it says there; change it there, or leave it out with `adminer: {ignore: true}`',
    )
  })
})

describe('a line of kyozo.yaml that cannot be followed', () => {
  test.each([
    ['services: {apy: {port: 1}}', '1:12: services.apy: no service is called apy; there are api, img, web; did you mean api?'],
    ['services: {zzz: {port: 1}}', '1:12: services.zzz: no service is called zzz; there are api, img, web; give zzz a path to add it'],
    [
      'services: {zzz: {ignore: true}}',
      '1:12: services.zzz: no service is called zzz; there are api, img, web; there is nothing to ignore',
    ],
    ['services: {API: {port: 1}, api: {port: 2}}', '1:28: services.api and services.API are both the service api; keep one of them'],
    [
      'services: {api: {build: ./api}}',
      '1:18: services.api.build: must be a map such as {dockerfile: api/Dockerfile}, with any of the keys dockerfile, context, target, args, template, image, command, output; found "./api"',
    ],
    ['services: {api: {type: node}}', 'found "node"; did you mean nodejs?'],
    ['services: {api: {port: "3000"}}', 'found the text "3000": leave the quotes out'],
    [
      'services: {api: {version: 3.10}}',
      '1:18: services.api.version: must be a version such as 22 or "3.12", in quotes where it has a dot, because YAML reads 3.10 as 3.1; found 3.1',
    ],
    ['services: {api: {port: }}', 'found nothing: give it a value or leave the key out'],
    ['services: {api: {port: 1, port: 2}}', '1:27: the key port is there twice; keep one of them'],
    [
      'services: {img: {build: {dockerfile: Dockerfile}}}',
      '1:26: services.img.build.dockerfile: "Dockerfile" is not a file of the repository; did you mean img/Dockerfile? Paths begin at the root of the repository',
    ],
    [
      'services: {api: {build: {dockerfile: api}}}',
      '1:26: services.api.build.dockerfile: "api" is a folder; write the path from the root of the repository',
    ],
    [
      'services: {img: {build: {context: nope}}}',
      '1:26: services.img.build.context: "nope" is not a folder of the repository; write the path from the root of the repository',
    ],
    [
      'services: {img: {build: {target: tset}}}',
      '1:26: services.img.build.target: img/Dockerfile has the stages build, test; tset is none of them',
    ],
    [
      'services: {api: {build: {target: test}}}',
      '1:26: services.api.build.target: no Dockerfile builds it, so target says nothing; name one in build.dockerfile or remove it',
    ],
    [
      'services: {img: {install: make}}',
      '1:18: services.img.install: says nothing, because img/Dockerfile makes the service; change it there, or name a template in build.template',
    ],
    [
      'services: {api: {build: {image: "x:1", dockerfile: img/Dockerfile}}}',
      '1:26: services.api.build: dockerfile and image contradict each other; keep one of dockerfile, template and image',
    ],
    [
      'services: {api: {build: {image: "x:1", args: {A: "1"}}}}',
      '1:40: services.api.build.args: says nothing about an image that is only pulled; remove it',
    ],
    [
      'services: {api: {ignore: true, port: 1}}',
      '1:32: services.api: `ignore: true` says that it is no service, so port says nothing; remove one of them',
    ],
    [
      'services: {api: {type: containerized}}',
      '1:18: services.api.type: nothing in api makes it containerized, which is known by a Dockerfile; name a Dockerfile in build.dockerfile, an image in build.image, or another type',
    ],
    [
      'services: {api: {type: proxy}}',
      'nothing in api makes it proxy, which is known by nginx.conf, Caddyfile, traefik.yml, haproxy.cfg or envoy.yaml; name a Dockerfile in build.dockerfile, an image in build.image, or another type',
    ],
    [
      'services: {api: {type: kubernetes}}',
      'nothing in api makes it kubernetes, which is known by manifests, Chart.yaml or kustomization.yaml; say what it is written in',
    ],
    [
      'services: {api: {package_manager: pnpm}}',
      '1:18: services.api.package_manager: pnpm installs what pnpm-lock.yaml holds, and there is none in api or above it; commit one',
    ],
    [
      'services: {api: {package_manager: cargo}}',
      '1:18: services.api.package_manager: cargo does not install it; nodejs is installed by pnpm, yarn, bun, npm; or say how in install',
    ],
    ['services: {api: {depends_on: [api]}}', '1:31: services.api.depends_on: api is the service itself; remove it'],
    [
      'services: {api: {depends_on: [wep]}}',
      '1:31: services.api.depends_on: no service is named wep; there are img, web; did you mean web?',
    ],
    ['services: {api: {resources: {memory: 1}}}', 'must be an amount with a unit (Ki, Mi, Gi, k, M, G), such as 512Mi or 1Gi; found 1'],
    ['backing: {pstgres: off}', '1:11: backing.pstgres: no kind of backing service is called pstgres; did you mean postgres?'],
    ['environments: {production: {branch: x}}', '1:16: production is the default branch; give another branch another name'],
  ])('%s is answered with its place and what to do', (yaml, message) => {
    expect(problemOf(told(`${yaml}\n`))).toContain(message)
  })

  test('is told at the place of its key when an anchor brings the value along', () => {
    expect(problemOf(told('services:\n  api: &a {port: 1}\n  web: {<<: *a, prot: 2}\n'))).toContain(
      'kyozo.yaml:3:17: services.web has no key "prot"; did you mean port?',
    )
    expect(servicesIn(told('services: {api: &a {port: 1}, web: *a}\n')).map((line) => line.split(' ')[3])).toEqual([':1', ':9000', ':1'])
  })
})

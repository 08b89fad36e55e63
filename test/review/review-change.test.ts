// What a review says, as the terminal prints it: whole texts of small changes.
import { describe, expect, it } from 'vitest'
import type { ReviewedSide } from '../../src/review/review.ts'
import { reviewChange } from '../../src/review/review-change.ts'
import { summarizeReview } from '../../src/review/summary.ts'
import { reviewText } from '../../src/review/text.ts'
import { type Files, inputOf, nodeService, reviewOf, shortened } from './sides.ts'

const shop: Files = {
  'README.md': '# shop\n',
  ...nodeService('services/api', { dependencies: ['pg'] }),
  ...nodeService('services/web', { port: 8080 }),
}

function textOf(before: Files | null, after: Files, more: Parameters<typeof reviewOf>[2] = {}): string {
  return shortened(reviewText(reviewOf(before, after, more)))
}

describe('a change', () => {
  it('of one file rebuilds the service that reads it', () => {
    expect(textOf(shop, { ...shop, 'services/api/server.js': `${shop['services/api/server.js']}// more\n` })).toMatchInlineSnapshot(`
      "1 service changes: api rebuilt

        api  rebuilt  services/api/server.js changed
        2 unchanged: postgres, web

      api, 91% sure
        services/api/server.js changed

      Steps of a release
        build api as kyozo/shop/api:…: services/api/server.js changed
        replace api beside the old one: services/api/server.js changed
      "
    `)
  })

  it('of documentation changes no service', () => {
    expect(textOf(shop, { ...shop, 'README.md': '# The shop\n' })).toMatchInlineSnapshot(`
      "No service changes

        3 unchanged: api, postgres, web
      "
    `)
  })

  it('that adds a folder and takes one away says both', () => {
    const { 'services/web/package.json': _, 'services/web/server.js': _1, 'services/web/index.html': _2, ...rest } = shop
    expect(textOf(shop, { ...rest, ...nodeService('services/admin', { port: 4000, code: 'admin()\n' }) })).toMatchInlineSnapshot(`
      "2 services change: web removed, admin added

        web    removed  folder services/web was removed
        admin  added    folder services/admin is new
        2 unchanged: api, postgres

      admin, 91% sure
        listens: .listen( (services/admin/server.js:1)
        start script: node server.js (services/admin/package.json:4)
        express in dependencies (services/admin/package.json:7)
        lies in services with what is deployed (services/admin)
        package admin (services/admin/package.json:2)
        port 4000 (services/admin/server.js:1)

      Steps of a release
        build admin as kyozo/shop/admin:…: folder services/admin is new
        start admin: folder services/admin is new
        remove web: folder services/web was removed

      compose.kyozo.yaml: 65 added, 65 removed
      "
    `)
  })

  it('of how a service is run says what is different', () => {
    const declared = 'services:\n  api: {resources: {memory: 1Gi}, replicas: 2, env: {MODE: fast}, port: 3100, health: {path: /up}}\n'
    expect(textOf(shop, { ...shop, 'kyozo.yaml': declared })).toMatchInlineSnapshot(`
      "1 service changes: api rebuilt

        api  rebuilt  build.dockerfile_inline, environment.PORT, environment.MODE, ports, healthcheck.test, deploy.resources.limits.memory, deploy.replicas changed
        2 unchanged: postgres, web

      api, 100% sure
        port 3000 → 3100
        copies 1 → 2
        memory 512Mi → 1Gi
        health port 3000 accepts connections → GET /up on 3100
        variable + MODE

      Steps of a release
        build api as kyozo/shop/api:…: build.dockerfile_inline, environment.PORT, environment.MODE, ports, healthcheck.test, deploy.resources.limits.memory, deploy.replicas changed
        replace api (2 copies) beside the old one: build.dockerfile_inline, environment.PORT, environment.MODE, ports, healthcheck.test, deploy.resources.limits.memory, deploy.replicas changed

      compose.kyozo.yaml: 13 added, 11 removed
      "
    `)
  })

  it('that only asks for more copies says how many', () => {
    expect(textOf(shop, { ...shop, 'kyozo.yaml': 'services:\n  web: {replicas: 3}\n' })).toMatchInlineSnapshot(`
      "1 service changes: web changed

        web  changed  1 → 3 copies
        2 unchanged: api, postgres

      web, 100% sure
        copies 1 → 3

      Steps of a release
        scale web to 3: 1 copy runs, 3 are asked for

      compose.kyozo.yaml: 2 added, 1 removed
      "
    `)
  })

  it('that begins a repository is a first release', () => {
    expect(textOf(null, { ...nodeService('web') })).toMatchInlineSnapshot(`
      "First release of 1 service: web

        web  added  first release

      web, 89% sure
        listens: .listen( (web/server.js:1)
        start script: node server.js (web/package.json:4)
        express in dependencies (web/package.json:7)
        package web (web/package.json:2)
        port 3000 (web/server.js:1)

      Steps of a release
        build web as kyozo/shop/web:…: first release
        create network default: kyozo-shop-production has none yet
        start web: first release

      compose.kyozo.yaml: 76 added, 0 removed
      "
    `)
  })

  it('that leaves nothing to run says so', () => {
    expect(textOf({}, { 'README.md': '# nothing\n' })).toMatchInlineSnapshot(`
      "There is no service to run
      "
    `)
  })
})

describe('a service whose folder is renamed', () => {
  const files = (folder: string): Files => ({ ...nodeService('services/web', { port: 8080 }), ...nodeService(folder, { name: 'api' }) })

  it('goes on under its name when only the folder around it changes', () => {
    expect(textOf(files('services/api'), files('backend/api'))).toMatchInlineSnapshot(`
      "1 service changes: api moved

        api  moved  folder services/api became backend/api with 3 of 3 files as they were
        1 unchanged: web

      api, 89% sure
        It keeps its name, and with it its volumes, addresses, ports, secrets and history.
        listens: .listen( (backend/api/server.js:1)
        start script: node server.js (backend/api/package.json:4)
        express in dependencies (backend/api/package.json:7)
        package api (backend/api/package.json:2)
        port 3000 (backend/api/server.js:1)

      compose.kyozo.yaml: 3 added, 3 removed
      "
    `)
  })

  it('is taken for a new one when its name goes by the folder, and the review says how it keeps what it had', () => {
    const store = { 'services/api/Dockerfile': 'FROM node:24\nCOPY . .\nVOLUME /data\nEXPOSE 3000\nCMD ["node", "server.js"]\n' }
    const moved = { 'services/backend/Dockerfile': store['services/api/Dockerfile'] }
    expect(textOf({ ...files('services/api'), ...store }, { ...files('services/backend'), ...moved })).toMatchInlineSnapshot(`
      "1 service changes: backend moved and rebuilt; 1 volume at risk

        backend  moved and rebuilt  folder services/api became services/backend with 4 of 4 files as they were
        1 unchanged: web

      VOLUMES AT RISK
        api-data of api: api goes on as backend and begins with backend-data, which is empty; kyozo keeps the volume, and nothing reads it
          name it in kyozo.yaml: services: {api: {path: services/backend}}

      backend, 98% sure
        kyozo takes backend for a new service: what belongs to api by its name stays behind, its volumes, addresses, ports, secrets and history.
        To keep them, name it in kyozo.yaml: services: {api: {path: services/backend}}.
        volume api-data at /data → backend-data at /data
        Dockerfile from node:24 (services/backend/Dockerfile:1)
        listens: .listen( (services/backend/server.js:1)
        start script: node server.js (services/backend/package.json:4)
        express in dependencies (services/backend/package.json:7)
        listens on port 3000 (services/backend/Dockerfile:4)
        runs node server.js (services/backend/Dockerfile:5)

      Steps of a release
        build backend as kyozo/shop/backend:…: backend is new: Dockerfile from node:24 (services/backend/Dockerfile)
        create volume backend-data: backend keeps its data there
        start backend: backend is new: Dockerfile from node:24 (services/backend/Dockerfile)
        remove api: folder services/api was removed
        keep volume api-data: folder services/api was removed; volume api-data is kept

      compose.kyozo.yaml: 7 added, 7 removed
      "
    `)
  })

  it('goes on with everything when kyozo.yaml gives it the name that it had', () => {
    const named = { 'kyozo.yaml': 'services:\n  api: {path: services/backend}\n' }
    const review = reviewOf(files('services/api'), { ...files('services/backend'), ...named })
    expect(review.services.map(({ name, kind, isRebuilt, move }) => ({ name, kind, isRebuilt, keepsName: move?.keepsName }))).toEqual([
      { name: 'api', kind: 'moved', isRebuilt: false, keepsName: true },
      { name: 'web', kind: 'unchanged', isRebuilt: false, keepsName: undefined },
    ])
    expect(review.risks).toEqual([])
  })

  it('and changed is found by the files that stayed', () => {
    const after = { ...files('services/backend'), 'services/backend/server.js': `require('express')().listen(3000)\nmore()\n` }
    expect(reviewOf(files('services/api'), after).services[0]).toMatchObject({
      name: 'backend',
      kind: 'moved',
      cause: 'folder services/api became services/backend with 2 of 3 files as they were',
    })
  })

  it('is not found in another service that came as it went', () => {
    const after = {
      ...nodeService('services/web', { port: 8080 }),
      ...nodeService('services/billing', { port: 9000, dependencies: ['pg'], code: 'bill()\n' }),
    }
    const { services } = reviewOf(files('services/api'), after)
    expect(services.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['api removed', 'billing added', 'postgres added', 'web unchanged'])
  })

  it('loses its name to another folder of the same one, and the review tells', () => {
    expect(
      textOf(files('services/api'), { ...files('services/api'), ...nodeService('legacy/api', { port: 5000 }) }),
    ).toMatchInlineSnapshot(`
      "2 services change: services-api renamed and rebuilt, legacy-api added

        services-api  renamed and rebuilt  api is called services-api
        legacy-api    added                folder legacy/api is new
        1 unchanged: web

      services-api, 91% sure
        kyozo takes services-api for a new service: what belongs to api by its name stays behind, its volumes, addresses, ports, secrets and history.
        To keep them, name it in kyozo.yaml: services: {api: {path: services/api}}.
        listens: .listen( (services/api/server.js:1)
        start script: node server.js (services/api/package.json:4)
        express in dependencies (services/api/package.json:7)
        lies in services with what is deployed (services/api)
        package api (services/api/package.json:2)
        port 3000 (services/api/server.js:1)
      legacy-api, 89% sure
        listens: .listen( (legacy/api/server.js:1)
        start script: node server.js (legacy/api/package.json:4)
        express in dependencies (legacy/api/package.json:7)
        package api (legacy/api/package.json:2)
        port 5000 (legacy/api/server.js:1)

      Steps of a release
        build legacy-api as kyozo/shop/legacy-api:…: folder legacy/api is new
        build services-api as kyozo/shop/services-api:…: services-api is new: listens: .listen( (services/api/server.js)
        start legacy-api: folder legacy/api is new
        start services-api: services-api is new: listens: .listen( (services/api/server.js)
        remove api: nothing in the commit declares it any more

      compose.kyozo.yaml: 71 added, 2 removed
      "
    `)
  })
})

describe('a service of a compose file that is called otherwise', () => {
  const file = (services: string): Files => ({
    'compose.yaml': `services:\n  web:\n    build: ./app\n    ports: ["3000:3000"]\n${services}`,
    'app/Dockerfile': 'FROM node:24\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.js"]\n',
    'app/server.js': `require('http').createServer().listen(3000)\n`,
  })
  const kindsOf = (before: string, after: string) =>
    reviewOf(file(before), file(after)).services.map(({ name, kind, move }) => `${name} ${kind}${move?.fix == null ? '' : `: ${move.fix}`}`)

  it('goes on when it runs the same program', () => {
    const worker = (name: string) => `  ${name}:\n    build: ./app\n    command: node worker.js\n`
    expect(kindsOf(worker('worker'), worker('jobs'))).toEqual(['jobs moved: call it worker again in compose.yaml', 'web unchanged'])
  })

  it('is another one when it runs another program', () => {
    const running = (name: string) => `  ${name}:\n    build: ./app\n    command: node ${name}.js\n`
    expect(kindsOf(running('worker'), running('cron'))).toEqual(['worker removed', 'cron added', 'web unchanged'])
  })

  it('goes on with its data, where only one has it', () => {
    const store = (name: string, volume: string) => `  ${name}:\n    image: redis:7\n    volumes: ["${volume}:/data"]\n`
    const volumes = 'volumes: {jobs: {}, pages: {}}\n'
    const both = (one: string, other: string) => store(one, 'jobs') + store(other, 'pages') + volumes
    expect(kindsOf(both('queue', 'cache'), both('jobs', 'cache'))).toEqual([
      'jobs moved: call it queue again in compose.yaml',
      'cache unchanged',
      'web unchanged',
    ])
    const shared = (one: string, other: string) => `${store(one, 'jobs')}${store(other, 'jobs')}volumes: {jobs: {}}\n`
    expect(kindsOf(shared('x1', 'x2'), shared('y1', 'y2'))).toEqual(['x1 removed', 'x2 removed', 'y1 added', 'y2 added', 'web unchanged'])
  })
})

describe('a person is asked', () => {
  const withCertainty = (side: ReviewedSide, confidence: number): ReviewedSide => ({
    ...side,
    topology: { ...side.topology, services: side.topology.services.map((service) => ({ ...service, confidence })) },
  })
  const asked = (before: number, after: number, files: Files = { 'web/server.js': `require('express')().listen(3000)\nmore()\n` }) => {
    const input = inputOf(nodeService('web'), { ...nodeService('web'), ...files })
    const sides = { before: withCertainty(input.before!, before), after: withCertainty(input.after, after) }
    return reviewChange({ ...input, ...sides }).decisions.map(({ words }) => words)
  }

  it('about what kyozo is less sure of than it should be', () => {
    expect(asked(0.9, 0.59)).toEqual(['web is taken for nodejs with 59% certainty only'])
    expect(asked(0.9, 0.6)).toEqual([])
  })

  it('about what was merged so, or does not change, no more', () => {
    expect(asked(0.55, 0.55)).toEqual([])
    expect(asked(0.9, 0.55, { 'README.md': '# web\n' })).toEqual([])
  })
})

describe('a review warns', () => {
  it('of a release that would fail, since a service is not found any more although its folder is there', () => {
    const before = {
      ...nodeService('web'),
      'api/package.json': nodeService('api')['api/package.json']!,
      'api/server.js': 'app.listen(1)\n',
    }
    const after = { ...nodeService('web'), 'api/notes.txt': 'later\n' }
    expect(textOf(before, after)).toMatchInlineSnapshot(`
      "A release would fail: api runs from api, which no longer looks like one since api/notes.txt changed

        api  removed  folder api was removed
        1 unchanged: web
        strategy custom → single_service

      A release would fail
        api runs from api, which no longer looks like one since api/notes.txt changed
          delete the folder to remove the service, or say in kyozo.yaml what it is (services: {api: {path: api}}) or that it is none (ignore: [api])

      Steps of a release
        remove api: folder api was removed

      compose.kyozo.yaml: 0 added, 69 removed
      "
    `)
    expect(summarizeReview(reviewOf(before, after)).conclusion).toBe('failure')
  })

  it('of variables that nothing sets, where that is new', () => {
    const reading = { ...nodeService('web', { code: 'pay(process.env.STRIPE_KEY)\n' }), 'web/.env.example': 'STRIPE_KEY=\n' }
    const missing = (before: Files, after: Files, more = {}) => reviewOf(before, after, more).missing
    expect(missing(nodeService('web'), reading)).toEqual([{ service: 'web', variables: ['STRIPE_KEY'] }])
    expect(missing(reading, { ...reading, 'web/more.js': '' })).toEqual([])
    const availableSecrets = [{ name: 'STRIPE_KEY', service: null, layer: 'workspace', version: '1' }] as const
    expect(missing(nodeService('web'), reading, { availableSecrets, knowsSecrets: true })).toEqual([])
    expect(textOf(nodeService('web'), reading)).toContain(
      'Missing\n  web needs STRIPE_KEY, which nothing in the repository sets; set a secret of that name, unless that is done\n',
    )
  })

  it('of what is new in how a compose file is read', () => {
    const file = (more: string) => ({
      'compose.yaml': `services:\n  web:\n    build: ./web\n    ports: ["3000:3000"]\n${more}`,
      'web/Dockerfile': 'FROM node:24\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.js"]\n',
    })
    const { differences, strategy } = reviewOf(nodeService('web'), { ...nodeService('web'), ...file('') })
    expect([differences.kept, differences.added.length > 0, strategy]).toEqual([
      0,
      true,
      { before: 'single_service', after: 'compose_stack' },
    ])
    const again = reviewOf({ ...nodeService('web'), ...file('') }, { ...nodeService('web'), ...file('    mem_limit: 64m\n') })
    expect([again.differences.added.map(({ change }) => change), again.differences.kept > 0]).toEqual([
      ['limited to 0.5 CPU, 256 processes'],
      true,
    ])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TreeDiff } from '../../src/git/source-tree.ts'
import { affectedServices, sayChanges } from '../../src/reconcile/affected-services.ts'
import { explainChanges, rememberServices } from '../../src/reconcile/explain-changes.ts'
import { formatPlan } from '../../src/reconcile/format-plan.ts'
import type { ObservedContainer, ObservedStack, PlanContext } from '../../src/reconcile/plan.ts'
import { planStack } from '../../src/reconcile/plan-stack.ts'
import { type StackInput, specifyStack } from '../../src/stack/specify.ts'
import type { StackService, StackSpec } from '../../src/stack/stack.ts'
import { shopFiles, shopInput, shopTopology } from '../stack/shop.ts'
import { afterPlan, container, nothing } from './simulated-engine.ts'

const noReasons: PlanContext = { services: new Map(), volumes: new Map() }
const noDiff: TreeDiff = { base: null, added: [], modified: [], removed: [], renamed: [] }

/** The plan's text for going from one commit of the shop, which runs, to another. */
function planText(before: StackInput, after: StackInput, diff: Partial<TreeDiff>): string {
  const [old, young] = [specifyStack(before), specifyStack(after)]
  const context = explainChanges({ spec: young, previousServices: rememberServices(old), diff: { ...noDiff, base: 'b', ...diff } })
  return withoutHashes(formatPlan(planStack(young, running(old), context)))
}

function running(spec: StackSpec): ObservedStack {
  return afterPlan(spec, nothing, planStack(spec, nothing, noReasons))
}

function withoutHashes(text: string): string {
  return text.replace(/v1:[0-9a-f]{32}/g, 'v1:…').replace(/:[0-9a-f]{24}\b/g, ':…')
}

function shopWith(files: Readonly<Record<string, string | undefined>>, more: Partial<StackInput> = {}): StackInput {
  const merged = Object.entries({ ...shopFiles, ...files }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return shopInput({ files: Object.fromEntries(merged), ...more })
}

describe('the plan', () => {
  it('of a first release makes everything, in an order in which each thing finds what it needs', () => {
    const spec = specifyStack(shopInput())
    const context = explainChanges({ spec, previousServices: {}, diff: noDiff })
    expect(withoutHashes(formatPlan(planStack(spec, nothing, context)))).toMatchInlineSnapshot(`
      "pull postgres:17 for postgres: first release
      build api as kyozo/shop/api:…: first release
      build proxy as kyozo/shop/proxy:…: first release
      build worker as kyozo/shop/worker:…: first release
      create network default: kyozo-shop-production has none yet
      create volume postgres-data: postgres keeps its data there
      start postgres: first release
      start api: first release
      start proxy: first release
      start worker: first release"
    `)
  })

  it('of a change of one service builds and replaces that one', () => {
    expect(
      planText(shopInput(), shopWith({ 'services/api/server.js': 'new' }), { modified: ['services/api/server.js', 'docs/guide.md'] }),
    ).toMatchInlineSnapshot(`
      "build api as kyozo/shop/api:…: services/api/server.js changed
      keep postgres: nothing that it reads changed (v1:…)
      replace api beside the old one: services/api/server.js changed
      keep proxy: nothing that it reads changed (v1:…)
      keep worker: nothing that it reads changed (v1:…)"
    `)
  })

  it('of a change of a shared folder builds and replaces exactly those that use it', () => {
    expect(
      planText(shopInput(), shopWith({ 'packages/shared/index.js': 'new' }), { modified: ['packages/shared/index.js'] }),
    ).toMatchInlineSnapshot(`
      "build api as kyozo/shop/api:…: packages/shared/index.js changed (used by api)
      build worker as kyozo/shop/worker:…: packages/shared/index.js changed (used by worker)
      keep postgres: nothing that it reads changed (v1:…)
      replace api beside the old one: packages/shared/index.js changed (used by api)
      keep proxy: nothing that it reads changed (v1:…)
      replace worker beside the old one: packages/shared/index.js changed (used by worker)"
    `)
  })

  it('of a change of documentation keeps everything', () => {
    expect(planText(shopInput(), shopWith({ 'docs/guide.md': 'new' }), { modified: ['docs/guide.md'] })).toMatchInlineSnapshot(`
      "keep postgres: nothing that it reads changed (v1:…)
      keep api: nothing that it reads changed (v1:…)
      keep proxy: nothing that it reads changed (v1:…)
      keep worker: nothing that it reads changed (v1:…)"
    `)
  })

  it('of a changed Dockerfile names it, which is sent apart from the files that it copies', () => {
    const changed = shopWith({ 'services/proxy/Dockerfile': `${shopFiles['services/proxy/Dockerfile']}LABEL a=b\n` })
    expect(planText(shopInput(), changed, { modified: ['services/proxy/Dockerfile'] })).toContain('services/proxy/Dockerfile changed')
  })

  it('of a revert builds nothing', () => {
    const changed = shopWith({ 'services/api/server.js': 'new' })
    const [first, second] = [specifyStack(shopInput()), specifyStack(changed)]
    const observed = afterPlan(second, running(first), planStack(second, running(first), noReasons))
    const diff = { ...noDiff, modified: ['services/api/server.js'] }
    const context = explainChanges({ spec: first, previousServices: rememberServices(second), diff })
    expect(withoutHashes(formatPlan(planStack(first, observed, context)))).toMatchInlineSnapshot(`
      "keep postgres: nothing that it reads changed (v1:…)
      replace api beside the old one: services/api/server.js changed
      keep proxy: nothing that it reads changed (v1:…)
      keep worker: nothing that it reads changed (v1:…)"
    `)
  })

  it('of a removed folder removes its containers last and keeps its volume', () => {
    const services = shopTopology.services
      .filter(({ name }) => name !== 'worker')
      .map((spec) => (spec.name === 'api' ? { ...spec, dependsOn: [] } : spec))
    const after = shopWith(
      { 'services/worker/main.js': undefined, 'services/worker/package.json': undefined },
      { topology: { ...shopTopology, services, backing: [] } },
    )
    expect(planText(shopInput(), after, { removed: ['services/worker/main.js', 'services/worker/package.json'] })).toMatchInlineSnapshot(`
      "replace api beside the old one: environment.DATABASE_URL changed
      keep proxy: nothing that it reads changed (v1:…)
      remove postgres: nothing in the commit declares it any more
      remove worker: folder services/worker was removed
      keep volume postgres-data: nothing in the commit declares it any more; volume postgres-data is kept"
    `)
  })

  it('of a new setting names the setting and the file, never the value', () => {
    const services = shopTopology.services.map((spec) =>
      spec.name === 'worker' ? { ...spec, environment: [{ name: 'TOKEN', required: true, value: 'hush' }] } : spec,
    )
    const text = planText(shopInput(), shopInput({ topology: { ...shopTopology, services } }), { modified: ['kyozo.yaml'] })
    expect(text.split('\n').at(-1)).toBe('replace worker beside the old one: environment.TOKEN changed (kyozo.yaml)')
    expect(text).not.toContain('hush')
  })

  it('of a new secret and a new image says which', () => {
    const after = shopInput({ secretVersions: { KYOZO_POSTGRES_PASSWORD: '2' }, backingImages: { postgres: 'postgres:18' } })
    expect(planText(shopInput(), after, {})).toMatchInlineSnapshot(`
      "pull postgres:18 for postgres: image postgres:17 became postgres:18
      replace postgres after stopping the old one, because it holds the volume postgres-data: image postgres:17 became postgres:18
      replace api beside the old one: a secret that it reads changed (v1:… → v1:…)
      keep proxy: nothing that it reads changed (v1:…)
      keep worker: nothing that it reads changed (v1:…)"
    `)
  })

  it('of a new folder names it', () => {
    const services = [
      ...shopTopology.services,
      { ...shopTopology.services[2], name: 'mailer', path: 'services/mailer', reads: [] } as (typeof shopTopology.services)[number],
    ]
    const after = shopWith({ 'services/mailer/main.js': 'mail()' }, { topology: { ...shopTopology, services } })
    expect(
      planText(shopInput(), after, { added: ['services/mailer/main.js'] })
        .split('\n')
        .filter((line) => line.includes('mailer')),
    ).toEqual(['build mailer as kyozo/shop/mailer:…: folder services/mailer is new', 'start mailer: folder services/mailer is new'])
  })
})

describe('what runs, against what should', () => {
  const spec = specifyStack(shopInput())
  const worker = spec.services.find(({ name }) => name === 'worker') as StackService
  const right = (id: string, parts: Partial<ObservedContainer> = {}) =>
    container({ id, service: 'worker', configHash: worker.configHash, ...parts })
  const old = (id: string, parts: Partial<ObservedContainer> = {}) => container({ id, service: 'worker', configHash: 'v1:old', ...parts })

  function planWorker(containers: readonly ObservedContainer[], parts: Partial<StackService> = {}, context = noReasons): string {
    const only = { ...spec, services: [{ ...worker, ...parts }], volumes: [] }
    const observed = { ...nothing, hasNetwork: true, images: new Set([worker.image]), containers }
    return withoutHashes(formatPlan(planStack(only, observed, context)))
  }

  it.each<[string, readonly ObservedContainer[], Partial<StackService>, string]>([
    ['nothing', [], {}, 'start worker: no container of it exists with v1:…'],
    ['the right one', [right('a')], {}, 'keep worker: v1:… runs'],
    ['the right one, stopped', [right('a', { state: 'exited', exitCode: 137 })], {}, 'restart worker: 1 container exited with code 137'],
    ['the right one, in a crash loop', [right('a', { state: 'restarting' })], {}, 'restart worker: 1 container is restarting'],
    ['an old one', [old('a')], {}, 'replace worker beside the old one: v1:old runs, v1:… should'],
    ['an old one, stopped', [old('a', { state: 'exited' })], {}, 'replace worker beside the old one: v1:old runs, v1:… should'],
    ['one too few', [right('a')], { replicas: 3 }, 'scale worker to 3: 1 copy runs, 3 are asked for'],
    ['two too many', [right('a'), right('b'), right('c')], {}, 'scale worker to 1, retiring 2: 3 copies run, 1 is asked for'],
    [
      'the right one beside an old one',
      [old('a'), right('b')],
      {},
      'scale worker to 1, retiring 1: 1 container of an earlier release is left',
    ],
    [
      'a half-made one beside an old one',
      [old('a'), right('b', { hasAlias: false })],
      {},
      'replace worker beside the old one: v1:old runs, v1:… should',
    ],
    ['one that the engine is removing', [old('a', { state: 'removing' })], {}, 'start worker: no container of it exists with v1:…'],
    ['one that is wanted no more', [right('a')], { replicas: 0 }, 'scale worker to 0, retiring 1: 1 copy runs, 0 are asked for'],
    ['nothing, and no copy is wanted', [], { replicas: 0 }, 'keep worker: no copy of it is asked for'],
    ['a one-shot that ended well', [right('a', { state: 'exited', exitCode: 0 })], { isOneShot: true }, 'keep worker: v1:… runs'],
    [
      'a one-shot that failed',
      [right('a', { state: 'exited', exitCode: 2 })],
      { isOneShot: true },
      'restart worker: 1 container exited with code 2',
    ],
  ])('%s', (_, containers, parts, expected) => {
    expect(planWorker(containers, parts)).toBe(expected)
  })

  it('stays stopped when a person stopped it', () => {
    const context = { ...noReasons, wishes: { stopped: new Map([['worker', 'ada stopped it']]) } }
    expect(planWorker([right('a', { state: 'exited' })], {}, context)).toBe('keep worker: ada stopped it')
    expect(planWorker([], {}, context)).toBe('keep worker: ada stopped it')
  })

  const wishing = (wishes: NonNullable<PlanContext['wishes']>): PlanContext => ({ ...noReasons, wishes })
  const because = (cause: string) => new Map([['worker', cause]])
  const held = { replacement: { kind: 'stop_first', reason: 'it holds the volume jobs' } } as const

  it.each<[string, readonly ObservedContainer[], Partial<StackService>, PlanContext, string]>([
    ['stops what a person stopped, and builds nothing for it', [old('a')], {}, wishing({ stopped: because('ada stopped it') }), 'stop worker: ada stopped it'],
    ['removes what a person destroyed', [right('a')], {}, wishing({ destroyed: because('ada destroyed it') }), 'remove worker: ada destroyed it'],
    ['leaves what was destroyed away', [], {}, wishing({ destroyed: because('ada destroyed it') }), 'keep worker: ada destroyed it'],
    ['makes new containers when a person asks for them', [right('a')], {}, wishing({ redeploy: because('ada asked') }), 'replace worker beside the old one: ada asked'],
    ['makes them after stopping the old one where it must', [right('a')], held, wishing({ redeploy: because('ada asked') }), 'replace worker after stopping the old one, because it holds the volume jobs: ada asked'],
    ['restarts copies one after the other', [right('a'), right('b')], { replicas: 2 }, wishing({ restart: because('ada asked') }), 'replace worker (2 copies) beside the old one, one container after the other: ada asked'],
    ['restarts where it is what two containers cannot hold', [right('a')], held, wishing({ restart: because('ada asked') }), 'restart worker where it is, one container after the other and without an answer meanwhile, because it holds the volume jobs: ada asked'],
    ['brings up what is to be restarted and does not run', [right('a', { state: 'exited' })], {}, wishing({ restart: because('ada asked') }), 'restart worker: 1 container exited with code 0'],
    ['starts what is asked for anew and was never there', [], {}, wishing({ redeploy: because('ada asked') }), 'start worker: no container of it exists with v1:…'],
  ])('%s', (_, containers, parts, context, expected) => {
    expect(planWorker(containers, parts, context)).toBe(expected)
  }) // biome-ignore format: one case a line

  it('retires the youngest when there are too many', () => {
    const containers = [right('young', { generation: 3 }), right('old', { generation: 1 }), right('middle', { generation: 2 })]
    const observed = { ...nothing, hasNetwork: true, images: new Set([worker.image]), containers }
    const plan = planStack({ ...spec, services: [{ ...worker, replicas: 2 }], volumes: [] }, observed, noReasons)
    expect(plan.operations).toEqual([
      { kind: 'scale', service: 'worker', replicas: 2, retire: ['young'], cause: '3 copies run, 2 are asked for' },
    ])
  })

  it('needs no image for what goes on running', () => {
    const observed = { ...running(spec), images: new Set<string>() }
    expect(planStack(spec, observed, noReasons).operations.every(({ kind }) => kind === 'keep')).toBe(true)
  })
})

describe('planning again after a plan was applied', () => {
  it('keeps everything, wherever it started', () => {
    const specs = [
      shopInput(),
      shopWith({ 'packages/shared/index.js': 'x' }),
      shopInput({ backingImages: { postgres: 'postgres:18' } }),
    ].map(specifyStack)
    const spec = specs[0] as StackSpec
    const hashes = [...spec.services.map(({ configHash }) => configHash), 'v1:other', '']
    const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const
    const anyContainer = fc.record({
      service: fc.constantFrom(...spec.services.map(({ name }) => name), 'gone'),
      configHash: fc.constantFrom(...hashes),
      state: fc.constantFrom(...states),
      hasAlias: fc.boolean(),
      exitCode: fc.constantFrom(0, 1),
      generation: fc.nat(3),
    })
    const anyStack = fc.record({
      containers: fc.array(anyContainer, { maxLength: 12 }),
      hasNetwork: fc.boolean(),
      volumes: fc.subarray(['postgres-data', 'old-data']),
      images: fc.subarray(specs.flatMap((each) => each.services.map(({ image }) => image))),
    })
    fc.assert(
      fc.property(
        anyStack,
        fc.constantFrom(...specs),
        fc.nat(3),
        fc.boolean(),
        ({ containers, images, ...stack }, target, replicas, isOneShot) => {
          const services = target.services.map((service) => (service.name === 'worker' ? { ...service, replicas, isOneShot } : service))
          const wanted = { ...target, services }
          const made = containers.map((parts, at) => container({ id: `c${at}`, ...parts }))
          const observed: ObservedStack = { project: spec.project, ...stack, images: new Set(images), containers: made }
          const after = afterPlan(wanted, observed, planStack(wanted, observed, noReasons))
          const again = planStack(wanted, after, noReasons)
          expect(again.operations.filter(({ kind }) => kind !== 'keep' && kind !== 'keep_volume')).toEqual([])
          expect(again.operations.filter(({ kind }) => kind === 'keep')).toHaveLength(services.length)
          expect(after.volumes).toEqual(expect.arrayContaining(observed.volumes as string[]))
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('which services a change touches', () => {
  const { services } = specifyStack(shopInput())
  const say = (diff: Partial<TreeDiff>) =>
    Object.fromEntries(
      [...affectedServices({ services, previous: new Map(), diff: { ...noDiff, ...diff } })].map(([name, changes]) => {
        return [name, sayChanges(changes, { name, folder: `services/${name}` })]
      }),
    )

  it('is said with the file, its own first, and how many more', () => {
    expect(say({ modified: ['packages/shared/index.js', 'services/api/package.json', 'services/api/server.js'] })).toEqual({
      api: 'services/api/package.json changed, and 2 more files',
      worker: 'packages/shared/index.js changed (used by worker)',
    })
  })

  it('counts additions, removals and renames, and nothing that no build reads', () => {
    expect(
      say({
        added: ['services/proxy/nginx.conf'],
        removed: ['services/api/old.js'],
        renamed: [{ from: 'x.js', to: 'services/worker/main.js' }],
      }),
    ).toEqual({
      api: 'services/api/old.js was removed',
      proxy: 'services/proxy/nginx.conf is new',
      worker: 'x.js became services/worker/main.js',
    })
    expect(say({ modified: ['docs/guide.md', 'services/proxy/notes.txt'], added: ['README.txt'], removed: ['LICENSE'] })).toEqual({})
  })

  it('knows what a removed file was read by when the previous build is known', () => {
    const previous = new Map([['proxy', { files: ['services/proxy/nginx.conf'] }]])
    const removed = ['services/proxy/notes.txt']
    expect([...affectedServices({ services, previous, diff: { ...noDiff, removed } }).keys()]).toEqual([])
  })
})

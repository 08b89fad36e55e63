import { expect, it } from 'vitest'
import type { Expected } from '../../src/reconcile/differences.ts'
import type { ContainerMake, ObservedContainer, ObservedStack } from '../../src/reconcile/plan.ts'
import { planRepair } from '../../src/reconcile/plan-repair.ts'
import { type Desired, type DesiredService, type RepairStep, repairReason } from '../../src/reconcile/repair.ts'

const project = 'kyozo-shop-production'
const labels = { 'kyozo.instance': 'one', 'kyozo.workspace': 'shop', 'kyozo.environment': 'production' }

function service(name: string, change: Partial<DesiredService> = {}): DesiredService {
  const expected: Expected = {
    service: name,
    image: `kyozo/shop/${name}:1`,
    configHash: `v1:${name}`,
    labels: { ...labels, 'kyozo.service': name },
    environment: { MODE: 'live' },
    memoryBytes: 64 * 1024 ** 2,
    nanoCpus: 5e8,
    restartPolicy: 'unless-stopped',
    network: `${project}_default`,
    project,
  }
  const base = {
    name,
    image: expected.image,
    configHash: expected.configHash,
    isOneShot: false,
    replicas: 1,
    isSingle: false,
    needsNetwork: true,
  }
  return { ...base, expected, ...change }
}

type Change = Partial<Omit<ObservedContainer, 'made'>> & { readonly made?: Partial<ContainerMake> }

/** As kyozo made it: its first letter and a number are its id. */
function container(id: string, name: string, { made, ...change }: Change = {}): ObservedContainer {
  return {
    id,
    name: `${project}-${name}-1`,
    service: name,
    image: `kyozo/shop/${name}:1`,
    state: 'running',
    health: 'none',
    exitCode: 0,
    wasOutOfMemory: false,
    restartCount: 0,
    startedAt: '2026-01-01T00:00:00Z',
    hasAlias: true,
    addressOnNetwork: '10.0.0.2',
    publishedPorts: { 8080: 40_000 },
    configHash: `v1:${name}`,
    release: 'r1',
    revision: 'abc',
    generation: 3,
    ...change,
    made: {
      labels: { ...labels, 'kyozo.service': name },
      number: 1,
      environment: { MODE: 'live', PATH: '/bin' },
      memoryBytes: 64 * 1024 ** 2,
      nanoCpus: 5e8,
      restartPolicy: 'unless-stopped',
      networks: [`${project}_default`],
      boundPorts: [8080],
      createdAt: '2026-01-01T00:00:00Z',
      finishedAt: null,
      stopGraceMs: 10_000,
      ...made,
    },
  }
}

function planned(
  containers: readonly ObservedContainer[],
  services: readonly DesiredService[],
  more: Partial<Desired & ObservedStack> = {},
) {
  const observed: ObservedStack = {
    project,
    containers,
    hasNetwork: true,
    volumes: (more.volumes ?? []).filter((volume) => !more.takenVolumes?.includes(volume)),
    takenVolumes: more.takenVolumes ?? [],
    images: new Set(services.map(({ image }) => image)),
    ...('hasNetwork' in more ? { hasNetwork: more.hasNetwork! } : {}),
    ...('images' in more ? { images: more.images! } : {}),
  }
  return planRepair(observed, { services, volumes: [], held: new Set(), liveSince: undefined, restore: new Set(), ...more })
}

function said({ steps }: { readonly steps: readonly RepairStep[] }): string[] {
  return steps.map((step) => {
    const what =
      'containers' in step
        ? step.containers.join(',')
        : 'count' in step
          ? `${step.count}${step.isBeside ? ' beside' : ''}`
          : 'name' in step
            ? step.name
            : ''
    return [step.kind, 'service' in step ? step.service : '', what].filter(Boolean).join(' ')
  })
}

it('plans nothing for what is as it was released', () => {
  const plan = planned([container('a1', 'api')], [service('api')])
  expect(plan).toEqual({ steps: [], differences: [], proven: [container('a1', 'api')], drainsForMs: 0 })
})

it('starts what ended, whatever its code, and says the code', () => {
  const plan = planned([container('a1', 'api', { state: 'exited', exitCode: 137, wasOutOfMemory: true })], [service('api')])
  expect(said(plan)).toEqual(['start api a1'])
  expect(repairReason(plan)).toBe('api: its container ended with code 137, out of memory')
  expect(plan.differences).toEqual([
    { service: 'api', container: 'a1', field: 'state', weight: 'place', expected: 'running', actual: 'exited with code 137' },
  ])
})

it('leaves to the engine what its restart policy is starting again', () => {
  expect(said(planned([container('a1', 'api', { state: 'restarting' })], [service('api')]))).toEqual([])
})

it('makes what is gone, and asks for a release where its image is gone too', () => {
  expect(said(planned([], [service('api', { replicas: 2 })]))).toEqual(['create api 2 beside'])
  const plan = planned([], [service('api')], { images: new Set() })
  expect(repairReason(plan)).toBe('api: its container is gone, and its image kyozo/shop/api:1 is gone')
  expect(said(plan)).toEqual(['release api'])
})

it('does nothing about an image that is gone while its container runs', () => {
  expect(said(planned([container('a1', 'api')], [service('api')], { images: new Set() }))).toEqual([])
})

it('replaces what is not what kyozo made, beside where it can and in its place where two cannot be', () => {
  const impostor = container('x1', 'api', { image: 'evil:1' })
  expect(said(planned([impostor], [service('api')]))).toEqual(['create api 1 beside', 'sweep api x1'])
  expect(said(planned([impostor], [service('api', { isSingle: true })]))).toEqual(['remove api x1', 'create api 1'])
  const relabelled = container('x1', 'api', { made: { labels: { ...labels, 'kyozo.service': 'db' } } })
  expect(planned([relabelled], [service('api')]).differences).toContainEqual({
    service: 'api',
    container: 'x1',
    field: 'labels.kyozo.service',
    weight: 'identity',
    expected: 'api',
    actual: 'db',
  })
})

it('never tells the value of a variable', () => {
  const plan = planned([container('x1', 'api', { made: { environment: { MODE: 'hunter2' } } })], [service('api')])
  expect(JSON.stringify(plan.differences)).not.toContain('hunter2')
  expect(plan.differences[0]).toMatchObject({ field: 'env.MODE', expected: 'as released', actual: 'another value' })
})

it('keeps the older of two that look the same, and takes the copies away', () => {
  const copy = container('c2', 'api', { name: 'bold_curie', made: { createdAt: '2026-02-01T00:00:00Z' } })
  const plan = planned([copy, container('a1', 'api')], [service('api')])
  expect(said(plan)).toEqual(['sweep api c2'])
  expect(plan.proven.map(({ id }) => id)).toEqual(['a1'])
})

/** Behind the making of everything that is older. */
const liveFor = (ageMs: number) => ({ at: '2026-01-01T00:00:01Z', ageMs })
const justNow = liveFor(1_000)

it('leaves old containers alone right after a release: who made it takes them away when they are drained', () => {
  const old = container('a0', 'api', { configHash: 'v1:old', generation: 2 })
  expect(said(planned([old, container('a1', 'api')], [service('api')], { liveSince: justNow }))).toEqual([])
  expect(said(planned([old, container('a1', 'api')], [service('api')]))).toEqual(['sweep api a0'])
})

it('lets an old container drain for as long as it may, and calls it no difference meanwhile', () => {
  const old = container('a0', 'api', { configHash: 'v1:old', generation: 2, made: { stopGraceMs: 300_000 } })
  const draining = planned([old, container('a1', 'api')], [service('api')], { liveSince: liveFor(340_000) })
  expect(draining).toMatchObject({ steps: [], differences: [], drainsForMs: 10_000 })
  expect(said(planned([old, container('a1', 'api')], [service('api')], { liveSince: liveFor(350_000) }))).toEqual(['sweep api a0'])
})

it('stops at once what somebody starts by hand right after a person stopped it', () => {
  const stopped = [service('api', { isStopped: true })]
  const draining = container('a1', 'api')
  const startedSince = container('a1', 'api', { startedAt: '2026-01-01T00:00:05Z' })
  expect(said(planned([draining], stopped, { liveSince: justNow }))).toEqual([])
  expect(said(planned([startedSince], stopped, { liveSince: justNow }))).toEqual(['stop api a1'])
})

it('takes away what is left over although the clock was put back to before the release', () => {
  const old = container('a0', 'api', { configHash: 'v1:old', generation: 2 })
  expect(said(planned([old, container('a1', 'api')], [service('api')], { liveSince: liveFor(-3_600_000) }))).toEqual(['sweep api a0'])
})

it('leaves what a release has just let rest to that release, which stops it and says so', () => {
  const resting = service('api', { isStopped: true })
  expect(said(planned([container('a1', 'api')], [resting], { liveSince: justNow }))).toEqual([])
  expect(said(planned([container('a1', 'api')], [resting]))).toEqual(['stop api a1'])
  const held = { liveSince: justNow, held: new Set(['api']) }
  expect(said(planned([container('a1', 'api')], [service('api')], held))).toEqual(['stop api a1'])
})

it('connects a relay again with what it stands for', () => {
  const [api] = [service('api')]
  const relay = { ...api, expected: { ...api.expected, baseline: 'kyozo-shop-staging_default' } }
  const plan = planned([container('a1', 'api')], [relay])
  expect(said(plan)).toEqual(['connect api a1'])
  expect(repairReason(plan)).toBe('api: its relay was disconnected from what serves it')
  const networks = [`${project}_default`, 'kyozo-shop-staging_default']
  expect(said(planned([container('a1', 'api', { made: { networks } })], [relay]))).toEqual([])
})

it('unpauses, reconnects, renames, and restarts what lost its port', () => {
  expect(said(planned([container('a1', 'api', { state: 'paused' })], [service('api')]))).toEqual(['unpause api a1'])
  expect(said(planned([container('a1', 'api', { hasAlias: false })], [service('api')]))).toEqual(['connect api a1'])
  expect(said(planned([container('a1', 'api', { name: 'gone-fishing' })], [service('api')]))).toEqual([`rename api ${project}-api-1`])
  expect(said(planned([container('a1', 'api', { publishedPorts: {} })], [service('api')]))).toEqual(['restart api a1'])
})

it('gives a name back when everything else is done, since somebody else may have it', () => {
  const killed = container('a1', 'api', { name: 'gone-fishing', state: 'exited' })
  const plan = planned([killed], [service('api'), service('web')])
  expect(said(plan)).toEqual(['start api a1', 'create web 1 beside', `rename api ${project}-api-1`])
})

it('respects what a person stopped, and what is meant to end', () => {
  expect(said(planned([container('a1', 'api')], [service('api', { isStopped: true })]))).toEqual(['stop api a1'])
  expect(said(planned([], [service('api', { isStopped: true })]))).toEqual([])
  expect(said(planned([container('a1', 'job', { state: 'exited' })], [service('job', { isOneShot: true })]))).toEqual([])
  expect(said(planned([], [service('job', { isOneShot: true })]))).toEqual([])
})

it('stops what dies again and again, and starts nothing of it', () => {
  const held = { held: new Set(['api']) }
  expect(said(planned([container('a1', 'api', { state: 'restarting' })], [service('api')], held))).toEqual(['stop api a1'])
  expect(said(planned([container('a1', 'api', { state: 'exited' })], [service('api')], held))).toEqual([])
  expect(said(planned([], [service('api')], held))).toEqual([])
})

it('makes network and volumes again before anything else, and says that data is gone', () => {
  const plan = planned([container('a1', 'api', { hasAlias: false })], [service('api')], { hasNetwork: false })
  expect(said(plan)).toEqual(['make_network', 'connect api a1'])
  const lost = planRepair(
    { project, containers: [], hasNetwork: true, volumes: [], images: new Set(['kyozo/shop/db:1']) },
    { services: [service('db', { isSingle: true })], volumes: ['data'], held: new Set(), liveSince: undefined, restore: new Set() },
  )
  expect(said(lost)).toEqual(['make_volume', 'create db 1'])
  expect(repairReason(lost)).toBe('the volume data was removed: its data is gone; db: its container is gone')
})

it('calls no data gone where another volume has the name: somebody may have brought it back', () => {
  const plan = planned([container('d1', 'db')], [service('db')], { volumes: ['data'], takenVolumes: ['data'] })
  expect(said(plan)).toEqual([])
  expect(plan.differences.map(({ field, expected, actual }) => [field, expected, actual])).toEqual([
    ['volumes.data', 'made by kyozo', 'another volume has its name'],
  ])
})

it('leaves limits, restart policy and networks until somebody asks to put them back', () => {
  const changed = container('a1', 'api', {
    made: { memoryBytes: 128 * 1024 ** 2, nanoCpus: 0, restartPolicy: 'no', networks: [`${project}_default`, 'other'] },
  })
  const plan = planned([changed], [service('api')])
  expect(said(plan)).toEqual([])
  expect(plan.differences.map(({ field, expected, actual, weight }) => [field, expected, actual, weight])).toEqual([
    ['limits.memory', '64Mi', '128Mi', 'choice'],
    ['limits.cpu', '0.5', 'no limit', 'choice'],
    ['restart policy', 'unless-stopped', 'no', 'choice'],
    ['networks.other', 'not connected', 'connected', 'choice'],
  ])
  expect(said(planned([changed], [service('api')], { restore: new Set(['a1 limits.memory']) }))).toEqual(['restore api'])
})

const vpn = service('vpn')
const app = service('app', {
  livesIn: 'vpn',
  needsNetwork: false,
  isSingle: true,
  expected: { ...service('app').expected, network: undefined },
})
const guest = (id: string, change: Change = {}) =>
  container(id, 'app', { hasAlias: false, livesIn: 'v1', startedAt: '2026-01-01T00:00:01Z', made: { boundPorts: [] }, ...change })

it.each<[string, readonly ObservedContainer[], readonly string[]]>([
  ['runs', [container('v1', 'vpn'), guest('a1')], []],
  ['has a host that ended', [container('v1', 'vpn', { state: 'exited' }), guest('a1')], ['start vpn v1', 'restart app a1']],
  ['ended with its host', [container('v1', 'vpn', { state: 'exited' }), guest('a1', { state: 'exited' })], ['start vpn v1', 'start app a1']],
  ['has a host that was started again since', [container('v1', 'vpn', { startedAt: '2026-01-01T00:00:01.5Z' }), guest('a1')], ['restart app a1']],
  ['has a host that lost its port', [container('v1', 'vpn', { publishedPorts: {} }), guest('a1')], ['restart vpn v1', 'restart app a1']],
  ['has a host that is gone', [guest('a1')], ['remove app a1', 'create vpn 1 beside', 'create app 1']],
  ['ended, and its host is gone', [guest('a1', { state: 'exited' })], ['remove app a1', 'create vpn 1 beside', 'create app 1']],
  ['has a host that was made anew', [container('v2', 'vpn'), guest('a1')], ['remove app a1', 'create app 1']],
])('mends a service that lives in another’s namespace where it %s', (_, containers, steps) => {
  expect(said(planned(containers, [vpn, app]))).toEqual(steps)
}) // biome-ignore format: one case a line

it('says why a service that lives in another’s namespace is mended', () => {
  const words = (containers: readonly ObservedContainer[]) => repairReason(planned(containers, [vpn, app]))
  expect(words([container('v1', 'vpn', { state: 'exited', exitCode: 137 }), guest('a1')])).toBe(
    'vpn: its container ended with code 137; app: it lives in the namespace of vpn, which was started again',
  )
  expect(words([container('v2', 'vpn'), guest('a1')])).toBe(
    'app: not what the live release runs; app: another container stands in its place: its namespace is that of a container that is gone, not that of vpn',
  )
})

it('leaves what lives in the namespace of a service that rests as it is', () => {
  const gone = [guest('a1', { state: 'exited' })]
  expect(said(planned(gone, [{ ...vpn, isStopped: true }, app]))).toEqual([])
  expect(said(planned(gone, [app]))).toEqual([])
  const dying = [container('v1', 'vpn', { state: 'exited' }), guest('a1')]
  expect(said(planned(dying, [vpn, app], { held: new Set(['vpn']) }))).toEqual([])
})

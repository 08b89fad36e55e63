// Services that live in the namespace of another, in the plan of a release and in what brings an environment back.
import { expect, it } from 'vitest'
import { formatPlan } from '../../src/reconcile/format-plan.ts'
import type { ObservedContainer, Wishes } from '../../src/reconcile/plan.ts'
import { planStack } from '../../src/reconcile/plan-stack.ts'
import { planRecovery } from '../../src/reconcile/recover.ts'
import { needsOf } from '../../src/stack/lives-in.ts'
import type { StackService, StackSpec } from '../../src/stack/stack.ts'
import { container, nothing } from './simulated-engine.ts'

const service = (name: string, reason: string) => {
  const held = { replacement: { kind: 'stop_first', reason }, replicas: 1, isOneShot: false, dependsOn: [], volumes: [] }
  return { name, image: 'i', configHash: `${name}-1`, ...held } as unknown as StackService
}
const vpn = service('vpn', 'app lives in its namespace')
const app = service('app', 'it lives in the namespace of vpn')
const document = { services: { vpn: {}, app: { network_mode: 'service:vpn' } } }
const spec = { project: 'p', document, services: [vpn, app], volumes: [] } as unknown as StackSpec

const host = (parts: Partial<ObservedContainer> = {}) => container({ id: 'v1', service: 'vpn', configHash: 'vpn-1', ...parts })
const guest = (parts: Partial<ObservedContainer> = {}) =>
  container({ id: 'a1', service: 'app', configHash: 'app-1', hasAlias: false, livesIn: 'v1', startedAt: '2026-01-01T00:00:01Z', ...parts })

const ada = new Map([['vpn', 'ada asked']])

it.each<[string, readonly ObservedContainer[], Wishes, readonly string[]]>([
  ['keeps both', [host(), guest()], {}, ['keep vpn: vpn-1 runs', 'keep app: app-1 runs']],
  ['restarts it with its host', [host(), guest()], { restart: ada }, ['restart vpn', 'restart app where it is: vpn is started again']],
  ['restarts it after its host was started', [host({ startedAt: '2026-01-01T00:00:02Z' }), guest()], {}, ['keep vpn: vpn-1 runs', 'restart app where it is: vpn is started again']],
  ['starts its host and restarts it', [host({ state: 'exited' }), guest()], {}, ['restart vpn: 1 container exited with code 0', 'restart app where it is: vpn is started again']],
  ['replaces it with its host', [host(), guest()], { redeploy: ada }, ['replace vpn', 'replace app']],
  ['replaces it where its host is gone', [guest({ state: 'exited' })], {}, ['start vpn:', 'replace app']],
  ['replaces it where its host is another', [host({ id: 'v2' }), guest()], {}, ['keep vpn: vpn-1 runs', 'replace app']],
  ['leaves it alone while its host rests', [host({ state: 'exited' }), guest()], { stopped: ada }, ['keep vpn: ada asked', 'keep app: app-1 runs']],
])('a release %s', (_, containers, wishes, expected) => {
  const observed = { ...nothing, hasNetwork: true, images: new Set(['i']), containers }
  const plan = formatPlan(planStack(spec, observed, { services: new Map(), volumes: new Map(), wishes }))
  const lines = plan.split('\n').map((line) => line.replace(/ where it is, .*:/, ' where it is:'))
  expect(lines.map((line, at) => line.slice(0, Math.max(expected[at]?.length ?? 0, 10)))).toEqual(expected)
}) // biome-ignore format: one case a line

it('a one-shot that has ended well in its host’s namespace is not run again', () => {
  const done = { ...spec, services: [vpn, { ...app, isOneShot: true }] }
  const containers = [host({ id: 'v2', startedAt: '2026-01-01T00:00:02Z' }), guest({ state: 'exited' })]
  const plan = planStack(done, { ...nothing, hasNetwork: true, containers }, { services: new Map(), volumes: new Map() })
  expect(plan.operations.map(({ kind }) => kind)).toEqual(['keep', 'keep'])
})

it('what can be started no more, since its host’s container is gone, is left to whoever plans next', () => {
  const facts = (name: string) => [name, { configHash: `${name}-1`, isOneShot: false, replicas: 1 }] as const
  const live = new Map([facts('vpn'), facts('app')])
  const ended = { state: 'exited' } as const
  expect(planRecovery({ containers: [host(ended), guest(ended)] }, live).start).toEqual(['v1', 'a1'])
  expect(planRecovery({ containers: [guest(ended)] }, live).start).toEqual([])
})

it('waits for its host to run, and for it to be healthy where the file says so', () => {
  expect(needsOf(spec, vpn)).toEqual({ proven: [], started: [] })
  expect(needsOf(spec, app)).toEqual({ proven: [], started: ['vpn'] })
  const needing = (condition: 'started' | 'healthy'): StackService => ({
    ...app,
    dependsOn: [
      { service: 'db', condition: 'healthy' },
      { service: 'vpn', condition },
    ],
  })
  expect(needsOf(spec, needing('started'))).toEqual({ proven: ['db'], started: ['vpn'] })
  expect(needsOf(spec, needing('healthy'))).toEqual({ proven: ['db', 'vpn'], started: [] })
})

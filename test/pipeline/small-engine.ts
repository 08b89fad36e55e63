// An environment with a live release on real PostgreSQL, and an engine that holds its containers in memory and refuses what it is told to refuse.
import { randomBytes } from 'node:crypto'
import { readConfig } from '../../src/config.ts'
import type { CreateRequest, Engine } from '../../src/engine/engine.ts'
import { KyozoError } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { type Attempt, openAttempt } from '../../src/pipeline/attempt.ts'
import type { Kyozo } from '../../src/pipeline/kyozo.ts'
import { sealValues } from '../../src/pipeline/release-values.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { createVault } from '../../src/secrets/vault.ts'
import type { StackSpec } from '../../src/stack/stack.ts'
import type { Database } from '../../src/store/database.ts'
import { keepRelease } from '../../src/store/kept-releases.ts'
import { claimRelease, endRelease, updateRelease } from '../../src/store/leases.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { container, nothing } from '../reconcile/simulated-engine.ts'
import { shaOf, workspaceWithEnvironment } from '../store/rows.ts'

export interface SmallEngine extends Engine {
  /** What is there now; a test takes away or adds. */
  containers: ObservedContainer[]
  /** Every change in its order, as `stop d1`. */
  readonly done: string[]
  /** Why something is refused, by `stop d1` or `create db`. */
  readonly refusals: Map<string, KyozoError>
  up(service: string): readonly string[]
}

export const refused = (message: string) => new KyozoError('engine_refused', message)

export function smallEngine(stack: StackSpec, containers: readonly ObservedContainer[]): SmallEngine {
  const change = (act: string, apply: (id: string) => void) => async (ids: readonly string[]) => {
    for (const id of ids) {
      const refusal = engine.refusals.get(`${act} ${id}`)
      if (refusal !== undefined) throw refusal
      engine.done.push(`${act} ${id}`)
      apply(id)
    }
  }
  const set = (id: string, parts: Partial<ObservedContainer>) => {
    engine.containers = engine.containers.map((one) => (one.id === id ? { ...one, ...parts } : one))
  }
  const take = change('remove', (id) => {
    engine.containers = engine.containers.filter((one) => one.id !== id)
  })
  const named = (act: string, hasAlias: boolean) => (_: unknown, __: string, ids: readonly string[]) =>
    change(act, (id) => set(id, { hasAlias }))(ids)
  let made = 0
  const engine = {
    containers: [...containers],
    done: [],
    refusals: new Map<string, KyozoError>(),
    up: (service: string) => engine.containers.filter((one) => one.service === service && one.state === 'running').map(({ id }) => id),
    observe: async () => ({
      ...nothing,
      containers: engine.containers,
      hasNetwork: true,
      volumes: stack.volumes,
      images: new Set(stack.services.map(({ image }) => image)),
    }),
    inspect: async (ids: readonly string[]) => engine.containers.filter(({ id }) => ids.includes(id)),
    waitForExit: () => new Promise<number>(() => undefined),
    logTail: async () => [],
    prepare: async () => [],
    create: async ({ service: name, count, withAlias, files }: CreateRequest) => {
      const refusal = engine.refusals.get(`create ${name}`)
      if (refusal !== undefined) throw refusal
      const { image, configHash } = (JSON.parse(files.overlay) as StackSpec).services.find((one) => one.name === name)!
      const ones = Array.from({ length: count }, () =>
        container({ id: `made${++made}`, service: name, image, configHash, state: 'created', hasAlias: withAlias, generation: 9 }),
      )
      engine.containers = [...engine.containers, ...ones]
      engine.done.push(...ones.map(({ id }) => `create ${id}`))
      return ones
    },
    start: change('start', (id) => {
      if (!engine.containers.some((one) => one.id === id)) throw refused(`no such container: ${id}`)
      set(id, { state: 'running', health: 'healthy' })
    }),
    stop: (ids: readonly string[]) =>
      change('stop', (id) => set(id, { state: 'exited' }))(ids.filter((id) => engine.containers.some((one) => one.id === id))),
    remove: (ids: readonly string[]) => take(ids),
    unpause: change('unpause', (id) => set(id, { state: 'running' })),
    rename: (id: string) => change('rename', () => undefined)([id]),
    giveAlias: named('name', true),
    takeAlias: named('unname', false),
  } as unknown as SmallEngine
  return engine
}

export interface World {
  readonly kyozo: Kyozo
  /** Of the release that comes after the live one. */
  readonly attempt: Attempt
  readonly engine: SmallEngine
  /** Tells whoever waits for it what a process would hear from the database. */
  notify(channel: string): void
  readonly said: string[]
}

/** The stack is live and `containers` are there; the next release has just been claimed. */
export async function liveWorld(db: Database, stack: StackSpec, containers: readonly ObservedContainer[]): Promise<World> {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref }
  const queue = async (digit: string) => (await queueRelease(db, { ...place, sha: shaOf(digit), triggeredBy: 'ada' })).release
  const spec = withOverlay(stack)
  const engine = smallEngine(spec, containers)
  const { kyozo, notify } = kyozoOf(db, engine)
  const live = await queue('1')
  const before = (await claimRelease(db, environment.id, 'me'))!
  await updateRelease(db, before.lease, { stackSpec: JSON.stringify(spec) })
  const verdicts = stack.services.map(({ name }) => ({ service: name, kind: 'live' as const, words: 'live' }))
  await endRelease(db, before.lease, { change: { state: 'live' }, verdicts })
  await keepRelease(db, live, { kept: 2, values: sealValues(kyozo.vault, live.id, { variables: {}, secrets: {} }) })
  await db.updateTable('environments').set({ liveReleaseId: live.id }).where('id', '=', environment.id).execute()
  await queue('2')
  const opened = await openAttempt((await claimRelease(db, environment.id, 'me'))!, kyozo)
  const said: string[] = []
  return { kyozo, attempt: { ...opened, say: (text) => void said.push(text) }, engine, notify, said }
}

/** What a release hands to the engine says what its services are. */
export function withOverlay(stack: StackSpec): StackSpec {
  return { ...stack, overlayText: JSON.stringify(stack) }
}

function kyozoOf(db: Database, engine: Engine) {
  const listeners = new Map<string, (id: string) => void>()
  const kyozo = {
    ...{ db, engine, owner: 'me', instance: 'test', edge: undefined, config: readConfig({}), log: createLog('silent') },
    vault: createVault(randomBytes(32)),
    notifications: {
      on: (channel: string, hear: (id: string) => void) => {
        listeners.set(channel, hear)
        return () => listeners.delete(channel)
      },
    },
    queue: { enqueueDeploy: async () => undefined },
    stopping: { begun: new AbortController().signal, handOver: new AbortController().signal },
  } as unknown as Kyozo
  return { kyozo, notify: (channel: string) => listeners.get(channel)?.('') }
}

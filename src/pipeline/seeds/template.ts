// A database of another environment, whose data a preview begins with: one of a branch of the same workspace, that runs now.
import type { Engine } from '../../engine/engine.ts'
import { KyozoError } from '../../errors.ts'
import { servingContainers } from '../../reconcile/recover.ts'
import { type DumpCommand, seededKindOf } from '../../stack/seeds/clients.ts'
import type { PlannedSeed } from '../../stack/seeds/plan-seeds.ts'
import { type Environment, findEnvironmentByName } from '../../store/environments.ts'
import { type Attempt, identityOf } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import { liveServices } from '../verdicts.ts'
import { clientIn } from './client-in.ts'

export interface Template {
  readonly container: string
  readonly dump: DumpCommand
}

/** Throws `seed_failed` when nothing can be copied from it. Of a dump there is nothing to ask. */
export async function assertTemplate(attempt: Attempt, kyozo: Kyozo, seed: PlannedSeed): Promise<void> {
  if ('template' in seed.from) await templateOf(attempt, { ...kyozo, seed })
}

export async function templateOf(
  attempt: Attempt,
  { db, engine, instance, seed }: Pick<Kyozo, 'db' | 'instance'> & { readonly engine: Engine; readonly seed: PlannedSeed },
): Promise<Template> {
  const { service, kind, source } = seed
  const environment = await environmentNamed(attempt, { db, seed })
  const live = (await liveServices(db, environment)).get(service)
  if (live === undefined) throw unusable(seed, `${source} runs no service ${service}`)
  const found = seededKindOf(live.spec)
  if (found !== kind) throw unusable(seed, `${service} of ${source} is ${found ?? 'no such database'}, and that of the preview is ${kind}`)
  const observed = await engine.observe(identityOf(instance, attempt.workspace, environment), [])
  const facts = { configHash: live.spec.configHash, isOneShot: false, replicas: live.spec.replicas }
  const running = servingContainers(observed, new Map([[service, facts]])).find((one) => one.service === service && one.state === 'running')
  if (running === undefined) throw unusable(seed, `${service} of ${source} does not run`)
  const { dump } = clientIn(running, kind, live.spec)
  if (dump === undefined) throw unusable(seed, `no variable of ${service} there names its database`)
  return { container: running.id, dump }
}

async function environmentNamed(
  { workspace }: Attempt,
  { db, seed }: Pick<Kyozo, 'db'> & { readonly seed: PlannedSeed },
): Promise<Environment> {
  const { source } = seed
  const environment = await findEnvironmentByName(db, workspace.id, source)
  if (environment === undefined) throw unusable(seed, `${workspace.name} has no environment ${source}`)
  // What a pull request made is nobody's template, however far its code is trusted.
  if (environment.kind !== 'branch') throw unusable(seed, `${source} is a preview, and only what runs of a branch is copied`)
  return environment
}

function unusable({ service, source }: PlannedSeed, why: string): KyozoError {
  return new KyozoError('seed_failed', `${service} cannot be seeded from ${source}: ${why}`, {
    service,
    hint: 'name another environment in previews.seed of the branch that rules the preview, or start it, then comment /kyozo deploy',
  })
}

// What people want of the services of an environment, as causes of a plan.
import type { Cause, Wishes } from '../reconcile/plan.ts'
import type { LiveServiceFacts } from '../reconcile/recover.ts'
import type { Executor } from '../store/database.ts'
import type { Release } from '../store/releases.ts'
import { type ServiceWish, serviceWishes } from '../store/service-wishes.ts'
import type { ServiceSettings } from '../topology/declaration/settings.ts'
import type { LiveService } from './verdicts.ts'

export interface EnvironmentWishes {
  readonly stopped: ReadonlyMap<string, Cause>
  readonly destroyed: ReadonlyMap<string, Cause>
  readonly services: readonly ServiceWish[]
}

export async function environmentWishes(db: Executor, environmentId: string): Promise<EnvironmentWishes> {
  const services = await serviceWishes(db, environmentId)
  return {
    services,
    stopped: causes(services, { state: 'stopped', verb: 'stopped' }),
    destroyed: causes(services, { state: 'destroyed', verb: 'destroyed' }),
  }
}

/** With what this one release is asked for besides. */
export function planWishes(wishes: EnvironmentWishes, { options, triggeredBy }: Pick<Release, 'options' | 'triggeredBy'>): Wishes {
  const asked = (names: readonly string[] | undefined, cause: Cause) => new Map((names ?? []).map((name) => [name, cause]))
  return {
    stopped: wishes.stopped,
    destroyed: wishes.destroyed,
    redeploy: asked(options.redeploy, `${triggeredBy} asked for it anew`),
    restart: asked(options.restart, `${triggeredBy} asked for a restart`),
  }
}

/** Settings that kyozo.yaml has keys for; ports of the machine are none of them. A service that was destroyed has none to obey. */
export function declaredSettings({ services }: Pick<EnvironmentWishes, 'services'>): ServiceSettings {
  const wanted = services.filter(({ desiredState }) => desiredState !== 'destroyed')
  return Object.fromEntries(
    wanted.map(({ name, settings }) => {
      const { ports: _, ...declared } = settings
      return [name, declared]
    }),
  )
}

/**
 * What mending goes by: what releases have carried out, not what is wanted of the next one. A service that was destroyed is live no more: its
 * containers are left over.
 */
export function liveFacts(
  live: ReadonlyMap<string, LiveService>,
  { services }: Pick<EnvironmentWishes, 'services'>,
): ReadonlyMap<string, LiveServiceFacts> {
  const resting = services.filter(({ status }) => status === 'stopped')
  const stopped = new Set(resting.map(({ name }) => name))
  const destroyed = new Set(resting.filter(({ desiredState }) => desiredState === 'destroyed').map(({ name }) => name))
  return new Map(
    [...live]
      .filter(([name]) => !destroyed.has(name))
      .map(([name, { spec, livesIn, sinceGeneration }]) => [
        name,
        {
          configHash: spec.configHash,
          isOneShot: spec.isOneShot,
          replicas: spec.replicas,
          isStopped: stopped.has(name),
          ...(livesIn === undefined ? {} : { livesIn }),
          ...(sinceGeneration === undefined ? {} : { sinceGeneration }),
        },
      ]),
  )
}

interface Said {
  readonly state: ServiceWish['desiredState']
  readonly verb: string
}

function causes(services: readonly ServiceWish[], { state, verb }: Said): ReadonlyMap<string, Cause> {
  const wished = services.filter(({ desiredState }) => desiredState === state)
  return new Map(
    wished.map(({ name, desiredBy, desiredReason }) => {
      const because = desiredReason === null || desiredReason === '' ? '' : `: ${desiredReason}`
      return [name, `${desiredBy ?? 'a person'} ${verb} it${because}`]
    }),
  )
}

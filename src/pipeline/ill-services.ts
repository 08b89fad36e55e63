// Services of which it is known that they are not well, whichever release left them so.
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import type { OutboxMessage } from '../store/outbox.ts'
import { instancesByName, type ServiceInstance } from '../store/service-instances.ts'
import { commitStatus, contextOf, type StatusPlace } from './commit-status.ts'

/** Why, by service; empty while nothing is wrong. One that nobody could look at is not called ill. */
export async function illServices(db: Executor, environmentId: string): Promise<ReadonlyMap<string, string>> {
  const instances = [...(await instancesByName(db, environmentId)).values()]
  return new Map(instances.filter(isIll).map(({ name, statusReason }) => [name, statusReason ?? 'its health check fails']))
}

export function isIll({
  desiredState,
  deployedAt,
  status,
  healthStatus,
}: Pick<ServiceInstance, 'desiredState' | 'deployedAt' | 'status' | 'healthStatus'>): boolean {
  if (desiredState !== 'running' || deployedAt === null) return false
  return status === 'error' || (status === 'running' && healthStatus === 'unhealthy')
}

export interface IllBeside {
  readonly place: StatusPlace
  readonly environment: Environment
  /** Default is each that is ill. */
  readonly among?: ReadonlySet<string>
}

/** What was red beside an earlier commit, and was left alone by the one that took its place, is red beside that. */
export async function illMessages(db: Executor, { place, environment, among }: IllBeside): Promise<readonly OutboxMessage[]> {
  const ill = [...(await illServices(db, environment.id))].filter(([service]) => among === undefined || among.has(service))
  return ill.flatMap(([service, reason]) => {
    const description = withinStatus(`${service} is unhealthy, as it was before this commit: ${reason}`)
    return commitStatus(place, { context: `${contextOf(environment)}/${service}`, state: 'failure', description })
  })
}

/** A commit status has 140 characters. */
const limit = 140

export function withinStatus(words: string): string {
  const points = Array.from(words)
  return points.length <= limit ? words : `${points.slice(0, limit - 1).join('')}…`
}

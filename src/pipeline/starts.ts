// What was proven healthy is one start of a container. Whoever started it again, a repair, a person or the engine by itself: it has to answer before it
// gets requests where another one answers.
import { type ContainerHealth, provenHealth, startedAgain } from '../health/hysteresis.ts'
import type { ObservedContainer } from '../reconcile/plan.ts'
import { type ContainerHealthRow, containerHealthOf, putStarted, type Sickness, sickContainers } from '../store/container-health.ts'
import type { Executor } from '../store/database.ts'
import { notify } from '../store/notify.ts'
import type { ServiceInstance } from '../store/service-instances.ts'
import { runningCheck } from './health-config.ts'

export interface Starts {
  readonly environmentId: string
  /** By name. */
  readonly instances: ReadonlyMap<string, ServiceInstance>
  readonly containers: readonly ObservedContainer[]
}

/** Those that get no requests while another one does, and why. What has been started again since it was proven is noted first. */
export async function sickOf(trx: Executor, starts: Starts): Promise<ReadonlyMap<string, Sickness>> {
  await recordStarts(trx, starts)
  return sickContainers(
    trx,
    starts.containers.map(({ id }) => id),
  )
}

/** One that is seen for the first time is as it was proven: nobody has seen another start of it. */
export async function recordStarts(trx: Executor, { environmentId, instances, containers }: Starts): Promise<void> {
  const rows = await containerHealthOf(
    trx,
    containers.map(({ id }) => id),
  )
  const changed = containers.flatMap((container): ContainerHealthRow[] => {
    const instance = instances.get(container.service)
    const start = startOf(container)
    const known = rows.get(container.id)
    if (start === undefined || instance === undefined || known?.start === start || runningCheck(instance.healthCheckConfig) === undefined)
      return []
    const health = known === undefined ? provenHealth : known.start === null ? known : startedAgain
    return [{ ...rowOf(container, instance, health), start }]
  })
  await putStarted(trx, changed)
  if (changed.some(({ isUnproven }) => isUnproven)) await notify(trx, 'health', environmentId)
}

/** Of containers that have just been proven, however often they were started. */
export async function recordProven(trx: Executor, { instances, containers }: Omit<Starts, 'environmentId'>): Promise<void> {
  await putStarted(
    trx,
    containers.flatMap((container) => {
      const instance = instances.get(container.service)
      const start = startOf(container)
      return instance === undefined || start === undefined ? [] : [{ ...rowOf(container, instance, provenHealth), start }]
    }),
  )
}

function startOf({ state, startedAt }: ObservedContainer): string | undefined {
  return state === 'running' && startedAt !== null ? startedAt : undefined
}

function rowOf({ id }: ObservedContainer, instance: ServiceInstance, health: ContainerHealth): Omit<ContainerHealthRow, 'start'> {
  const { status, isFlapping, isUnproven, history, words } = health
  return { containerId: id, teamId: instance.teamId, serviceInstanceId: instance.id, status, isFlapping, isUnproven, history, words }
}

// Which containers are looked at, and how: those that run for a service as it is deployed now. Pure.
import type { RunningContainer } from '../engine/engine.ts'
import { identityOf } from '../pipeline/attempt.ts'
import { type RunningCheck, runningCheck } from '../pipeline/health-config.ts'
import type { WatchedService } from '../store/container-health.ts'

export interface WatchedContainer {
  readonly container: RunningContainer
  readonly service: WatchedService
  readonly check: RunningCheck
}

export interface Runs {
  readonly running: readonly RunningContainer[]
  readonly instance: string
}

export function watchedContainers(services: readonly WatchedService[], runs: Runs): readonly WatchedContainer[] {
  const found = containersByService(services, runs)
  return services.flatMap((service) => {
    const check = runningCheck(service.health)
    if (check === undefined) return []
    return (found.get(service.id) ?? []).map((container) => ({ container, service, check }))
  })
}

export function containersByService(
  services: readonly WatchedService[],
  { running, instance }: Runs,
): ReadonlyMap<string, readonly RunningContainer[]> {
  const byPlace = Map.groupBy(running, ({ project, service, configHash }) => `${project} ${service} ${configHash}`)
  return new Map(
    services.map((service) => {
      const { project } = identityOf(instance, { name: service.workspace }, { name: service.environment })
      return [service.id, byPlace.get(`${project} ${service.name} ${service.configHash}`) ?? []]
    }),
  )
}

// Environments of which a service is said to be otherwise than it was found. Pure.
import type { WatchedService } from '../store/container-health.ts'
import { containersByService, type Runs } from './watched-containers.ts'

interface Found extends Runs {
  readonly isSick: (container: string) => boolean
}

export function unsettledEnvironments(services: readonly WatchedService[], found: Found): readonly string[] {
  const containers = containersByService(services, found)
  const unsettled = services.filter((service) => {
    const mine = containers.get(service.id) ?? []
    const isSick = mine.some(({ id, health }) => health === 'unhealthy' || found.isSick(id))
    if (service.healthStatus === 'healthy' && service.status === 'running') return isSick
    // What does not run is the engine's to tell; what is sick is said to be so already.
    return service.healthStatus === 'unknown' ? mine.length > 0 : !isSick && mine.length >= service.copies
  })
  return [...new Set(unsettled.map(({ environmentId }) => environmentId))]
}

// What containers stand on: the network and the volumes of a stack, where one is missing.
import type { StackSpec } from '../stack/stack.ts'
import type { Difference } from './differences.ts'
import type { ObservedStack } from './plan.ts'
import { type Desired, lossOf, type RepairStep, sayLost, takenOf } from './repair.ts'

export function planGround(
  observed: ObservedStack,
  { services, volumes }: Desired,
): { readonly steps: readonly RepairStep[]; readonly differences: readonly Difference[] } {
  const isNetworkGone =
    !observed.hasNetwork &&
    services.some(({ needsNetwork, isOneShot, isStopped, replicas }) => needsNetwork && !isOneShot && !isStopped && replicas > 0)
  const taken = volumes.filter((volume) => observed.takenVolumes?.includes(volume))
  const gone = volumes.filter((volume) => !observed.volumes.includes(volume) && !taken.includes(volume))
  return {
    steps: [
      ...(isNetworkGone ? [{ kind: 'make_network' as const, because: 'its network was removed' }] : []),
      ...gone.map((volume) => ({ kind: 'make_volume' as const, volume, because: sayLost(volume) })),
    ],
    differences: [...(isNetworkGone ? [withoutNetwork] : []), ...gone.map(lossOf), ...taken.map(takenOf)],
  }
}

/** What only destroyed services mount is nobody's any more: it stays where it is, and is not made again where a person removed it. */
export function neededVolumes(
  { services, volumes }: Pick<StackSpec, 'services' | 'volumes'>,
  isDestroyed: (service: string) => boolean,
): readonly string[] {
  const destroyed = services.filter(({ name }) => isDestroyed(name))
  if (destroyed.length === 0) return volumes
  const mounted = new Set(services.filter((service) => !destroyed.includes(service)).flatMap((service) => service.volumes))
  return volumes.filter((volume) => mounted.has(volume))
}

const withoutNetwork: Difference = {
  ...{ service: '', container: '', field: 'networks.default' },
  ...{ weight: 'place', expected: 'there', actual: 'removed' },
}

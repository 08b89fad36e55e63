// The ports of the machine that an environment's services hold: given before the stack is made, and given back when it is live without them.
import type { Config } from '../config.ts'
import { type FixedPorts, portsOfStack } from '../stack/fixed-ports.ts'
import type { StackSpec } from '../stack/stack.ts'
import type { Executor } from '../store/database.ts'
import { allocatePorts, keepPorts, type WantedPort } from '../store/port-allocations.ts'
import { findRelease } from '../store/releases.ts'
import type { ServiceWish } from '../store/service-wishes.ts'
import type { Attempt } from './attempt.ts'
import { isPortFree } from './free-port.ts'
import type { Kyozo } from './kyozo.ts'

/** Throws `port_unavailable` naming the service and the port. */
export async function fixedPorts(attempt: Attempt, kyozo: Kyozo): Promise<FixedPorts> {
  const { portRange, portAddress, port } = kyozo.config
  const given = await allocatePorts(
    kyozo.db,
    { environmentId: attempt.environment.id, teamId: attempt.workspace.teamId },
    {
      wanted: attempt.wishes.services.flatMap(wantedPorts),
      range: { ...portRange, reserved: reservedPorts({ port }), isFree: (one) => isPortFree({ ...one, address: portAddress }) },
    },
  )
  const byService = Map.groupBy(given, ({ service }) => service)
  return Object.fromEntries(
    [...byService].map(([service, ports]) => [
      service,
      ports.map(({ container, host, protocol }) => ({ container, host, protocol, address: portAddress })),
    ]),
  )
}

/** In the transaction that makes a stack live. */
export function keepOnlyPorts(trx: Executor, attempt: Attempt, stack: Pick<StackSpec, 'document' | 'services'>): Promise<void> {
  const { environment, workspace, wishes } = attempt
  const kept = portsOfStack(stack).filter(({ service }) => !wishes.destroyed.has(service))
  return keepPorts(trx, { environmentId: environment.id, teamId: workspace.teamId }, kept)
}

/** In the transaction that ends a release which did not go live: what serves goes on holding its ports. */
export async function keepLivePorts(trx: Executor, attempt: Attempt): Promise<void> {
  const { liveReleaseId } = attempt.environment
  const live = liveReleaseId === null ? undefined : (await findRelease(trx, liveReleaseId))?.stackSpec
  await keepOnlyPorts(trx, attempt, live ?? { document: { services: {} } as StackSpec['document'], services: [] })
}

export function reservedPorts({ port }: Pick<Config, 'port'>): readonly number[] {
  return [port]
}

/** As the API has checked them; what is none is passed over. */
function wantedPorts({ name, desiredState, settings }: ServiceWish): readonly WantedPort[] {
  if (desiredState === 'destroyed' || !Array.isArray(settings.ports)) return []
  return settings.ports.flatMap((port: unknown) => {
    const { container, host = 'auto', protocol = 'tcp' } = (port ?? {}) as Partial<Record<keyof WantedPort, unknown>>
    const isPort =
      typeof container === 'number' && (host === 'auto' || typeof host === 'number') && (protocol === 'tcp' || protocol === 'udp')
    return isPort ? [{ service: name, container, host, protocol }] : []
  })
}

// The ports of the machine that an environment's services hold: given before the stack is made, and given back when it is live without them.
import type { Config } from '../config.ts'
import type { FixedPorts } from '../stack/fixed-ports.ts'
import type { Executor } from '../store/database.ts'
import { allocatePorts, releasePorts, type WantedPort } from '../store/port-allocations.ts'
import type { ServiceWish } from '../store/service-wishes.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'

/** Throws `port_unavailable` naming the service and the port. */
export async function fixedPorts(attempt: Attempt, kyozo: Kyozo): Promise<FixedPorts> {
  const { portRange, portAddress, port } = kyozo.config
  const given = await allocatePorts(
    kyozo.db,
    { environmentId: attempt.environment.id, teamId: attempt.workspace.teamId },
    { wanted: attempt.wishes.services.flatMap(wantedPorts), range: { ...portRange, reserved: reservedPorts({ port }) } },
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
export function keepOnlyPorts(trx: Executor, attempt: Attempt): Promise<void> {
  return releasePorts(trx, attempt.environment.id, attempt.wishes.services.flatMap(wantedPorts))
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

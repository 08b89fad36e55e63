// Ports that a service has on the machine, besides its host name. Pure: which ports are taken by others, the database says.
import type { Problem } from '../../errors.ts'
import { inside, isObject, type Place, problem, unknownKeys } from './problem.ts'

export interface PortMapping {
  readonly container: number
  /** `auto` takes one that is free. */
  readonly host: number | 'auto'
  readonly protocol: 'tcp' | 'udp'
}

export interface PortRules {
  /** Ports of the machine that may be given away. */
  readonly from: number
  readonly to: number
  /** Ports in the range that something else has, with what. */
  readonly reserved: ReadonlyMap<number, string>
}

/** Where a kyozo that is not told otherwise gives ports away. */
export const usualPortRules: PortRules = { from: 20_000, to: 29_999, reserved: new Map() }

const keys = ['container', 'host', 'protocol']
const mostMappings = 20
/** Below it only the administrator of a machine opens ports. */
const firstOpenPort = 1_024

/** The mappings as they are meant, and everything that is wrong with them. */
export function checkPorts(
  value: unknown,
  place: Place,
  rules: PortRules,
): { readonly ports: PortMapping[]; readonly problems: Problem[] } {
  if (!Array.isArray(value))
    return {
      ports: [],
      problems: [problem(place, value, 'must be a list such as [{"container": 5432, "host": "auto", "protocol": "tcp"}]')],
    }
  if (value.length > mostMappings)
    return { ports: [], problems: [problem(place, value.length, `must hold at most ${mostMappings} mappings`)] }
  const problems: Problem[] = []
  const ports = value.flatMap((one, at) => {
    const found = checkMapping(one, inside(place, at), rules)
    problems.push(...found)
    return found.length === 0 ? [{ protocol: 'tcp', host: 'auto', ...one } as PortMapping] : []
  })
  return { ports, problems: [...problems, ...conflicts(value, place)] }
}

function checkMapping(value: unknown, place: Place, rules: PortRules): Problem[] {
  if (!isObject(value)) return [problem(place, value, 'must be a mapping such as {"container": 5432, "host": "auto"}')]
  const { container, host = 'auto', protocol = 'tcp' } = value
  return [
    ...unknownKeys(value, place, keys),
    ...(isPort(container) ? [] : [problem(inside(place, 'container'), container, 'must be a whole number from 1 to 65535')]),
    ...checkHost(host, inside(place, 'host'), rules),
    ...(protocol === 'tcp' || protocol === 'udp' ? [] : [problem(inside(place, 'protocol'), protocol, 'must be tcp or udp')]),
  ]
}

function checkHost(host: unknown, place: Place, { from, to, reserved }: PortRules): Problem[] {
  if (host === 'auto') return []
  if (!isPort(host)) return [problem(place, host, 'must be "auto" or a whole number from 1 to 65535')]
  const owner = reserved.get(host)
  if (owner !== undefined) return [problem(place, host, `is reserved for ${owner}`)]
  if (host < firstOpenPort) return [problem(place, host, `is reserved for the machine: ports below ${firstOpenPort} are not given away`)]
  if (host < from || host > to)
    return [problem(place, host, `must be "auto" or from ${from} to ${to}, the ports that this kyozo gives away`)]
  return []
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535
}

/** A port of the machine leads to one place, and a port of the container has one on the machine. */
function conflicts(mappings: readonly unknown[], place: Place): Problem[] {
  const problems: Problem[] = []
  const seen = new Map<string, number>()
  for (const [at, mapping] of mappings.entries()) {
    if (!isObject(mapping)) continue
    const protocol = mapping.protocol ?? 'tcp'
    for (const side of ['container', 'host'] as const) {
      const port = mapping[side]
      if (!isPort(port)) continue
      const key = `${side} ${port} ${String(protocol)}`
      const first = seen.get(key)
      if (first === undefined) seen.set(key, at)
      else
        problems.push(
          problem(
            inside(inside(place, at), side),
            port,
            `must not be mapped twice: ${place.field}[${first}] has ${port}/${String(protocol)} already`,
          ),
        )
    }
  }
  return problems
}

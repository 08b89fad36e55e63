// Dependencies first.
import { KyozoError } from '../errors.ts'
import { byCodeUnit } from './canonical.ts'

interface Ordered {
  readonly name: string
  readonly dependsOn: readonly { readonly service: string }[]
  readonly livesIn?: string
}

/** Each service after those that it depends on, otherwise by name. Throws `dependency_cycle`, naming the circle. */
export function inStartOrder<T extends Ordered>(services: readonly T[]): readonly T[] {
  const byName = new Map(services.map((service) => [service.name, service]))
  const placed = new Set<T>()
  const visit = (service: T, above: readonly string[]) => {
    if (placed.has(service)) return
    const at = above.indexOf(service.name)
    if (at >= 0) throw circleError([...above.slice(at), service.name])
    for (const name of needsOf(service)) {
      const needed = byName.get(name)
      if (needed !== undefined) visit(needed, [...above, service.name])
    }
    placed.add(service)
  }
  for (const service of [...services].sort((a, b) => byCodeUnit(a.name, b.name))) visit(service, [])
  return [...placed]
}

function needsOf({ dependsOn, livesIn }: Ordered): readonly string[] {
  return [...new Set([...dependsOn.map(({ service }) => service), ...(livesIn === undefined ? [] : [livesIn])])].sort(byCodeUnit)
}

function circleError(circle: readonly string[]): KyozoError {
  return new KyozoError('dependency_cycle', `services wait for each other in a circle: ${circle.join(' → ')}`, {
    ...(circle[0] === undefined ? {} : { service: circle[0] }),
    hint: 'make one of these dependencies optional in kyozo.yaml (depends_on), or remove it',
  })
}

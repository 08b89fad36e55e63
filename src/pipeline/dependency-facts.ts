// Who needs whom, as rows: what the topology found, and the order that the stack starts in. Pure.
import type { StackSpec } from '../stack/stack.ts'
import type { DependencyFacts } from '../store/service-dependencies.ts'
import type { Topology } from '../topology/topology.ts'

export interface DependencyInput {
  readonly topology: Topology | null
  readonly stack: StackSpec
  /** Ids of the services' rows, by name. */
  readonly ids: ReadonlyMap<string, string>
  readonly teamId: string
}

/** What starts later cannot be required by what starts earlier, whatever the code says: so there is never a circle. */
export function dependencyFacts({ topology, stack, ids, teamId }: DependencyInput): readonly DependencyFacts[] {
  const order = new Map(stack.services.map(({ name }, at) => [name, at]))
  const found = new Map<string, DependencyFacts>()
  const add = (from: string, to: string, said: Pick<DependencyFacts, 'dependencyType' | 'environmentVariable' | 'connectionTemplate'>) => {
    const [serviceInstanceId, dependsOnId, startupOrder] = [ids.get(from), ids.get(to), order.get(from)]
    if (serviceInstanceId === undefined || dependsOnId === undefined || startupOrder === undefined || from === to) return
    const isCircle = said.dependencyType === 'requires' && order.get(to)! > startupOrder
    const dependencyType = isCircle ? 'optional' : said.dependencyType
    const key = `${from} ${to}`
    if (!found.has(key)) found.set(key, { teamId, serviceInstanceId, dependsOnId, startupOrder, ...said, dependencyType })
  }
  for (const service of topology?.services ?? []) {
    for (const { service: to, kind, connection } of service.dependsOn) {
      const variable = connection?.variable ?? null
      const isName = variable !== null && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(variable)
      add(service.name, to, {
        dependencyType: kind,
        environmentVariable: isName ? variable : null,
        connectionTemplate: connection?.template ?? null,
      })
    }
  }
  for (const { name, dependsOn } of stack.services)
    for (const { service: to } of dependsOn)
      add(name, to, { dependencyType: 'requires', environmentVariable: null, connectionTemplate: null })
  return [...found.values()]
}

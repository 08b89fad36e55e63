// Parts of a service of compose.kyozo.yaml in the words of the stack.
import type { Located, LocatedMap } from '../../topology/compose/located.ts'
import type { ComposeModelPort, ComposeModelService } from '../../topology/compose/model.ts'
import { isSame } from '../committed/values.ts'
import type { ComposeMap } from '../compose-value.ts'
import type { LinkedService } from '../link-services.ts'
import type { Edited } from './edited-service.ts'
import { loopbackPort } from './sayable.ts'

/** Its ports on the loopback address. */
export function publishedPorts({ entries }: LocatedMap): readonly ComposeModelPort[] {
  const ports = entries.get('ports')
  return (ports?.kind === 'list' ? ports.items : []).flatMap((item) => {
    const [, target, protocol = 'tcp'] = loopbackPort.exec(item.kind === 'scalar' ? String(item.value) : '') ?? []
    return target === undefined ? [] : [{ target: Number(target), protocol: protocol as ComposeModelPort['protocol'] }]
  })
}

const conditions = {
  started: 'service_started',
  healthy: 'service_healthy',
  completed: 'service_completed_successfully',
} as const

/** `depends_on`, or nothing. */
export function waitsOf({ dependsOn }: Pick<ComposeModelService, 'dependsOn'>): ComposeMap | undefined {
  const entries = Object.entries(dependsOn).map(([name, { condition, required }]) => [
    name,
    { condition: conditions[condition], ...(required ? {} : { required: false }) },
  ])
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** What nobody has changed keeps what kyozo knows of it: it waits for health by asking, which Compose may not be able to. */
export function dependenciesOf({ service, file, generated }: Edited, { dependsOn }: ComposeModelService): LinkedService['dependsOn'] {
  const stated = (map: LocatedMap, name: string): Located | undefined => {
    const held = map.entries.get('depends_on')
    return held?.kind === 'map' ? held.entries.get(name) : undefined
  }
  return Object.entries(dependsOn).map(([name, { condition }]) => {
    const before = service.dependsOn.find((one) => one.service === name)
    return before !== undefined && isSame(stated(file, name), stated(generated, name)) ? before : { service: name, condition }
  })
}

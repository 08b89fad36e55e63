// What kyozo adds to the services that people added, written into the file: the document is what runs, so it says under which limits.
import type { LocatedMap } from '../../topology/compose/located.ts'
import { mergeCommitted } from '../committed/merge.ts'
import { plain, readValues } from '../committed/values.ts'
import { composeDocument } from '../document.ts'
import { houseText } from '../house-yaml.ts'
import type { LinkedService } from '../link-services.ts'

/** Nothing that stands in the file is changed. */
export function complete(text: string, added: readonly LinkedService[]): string {
  if (added.length === 0) return text
  const file = readValues(text)
  const services = file.entries.get('services') as LocatedMap
  const whole = Object.entries(composeDocument(added).services).flatMap(([name, definition]) => {
    const own = services.entries.get(name)
    return own === undefined ? [] : [[name, completed(plain(own), definition)] as const]
  })
  const generated = houseText({ data: { services: Object.fromEntries(whole) } })
  return mergeCommitted({ base: { kind: 'unknown' }, generated, present: text }).text
}

/** Maps in which kyozo's own entries belong beside a person's. */
const joined = new Set(['deploy', 'resources', 'limits'])

function completed(own: unknown, definition: unknown): unknown {
  if (!(own instanceof Map) || typeof definition !== 'object' || definition === null) return own
  const missing = Object.entries(definition).filter(([key]) => !own.has(key))
  const held = [...(own as ReadonlyMap<string, unknown>)].map(([key, value]) => [
    key,
    joined.has(key) ? completed(value, (definition as Record<string, unknown>)[key]) : value,
  ])
  return new Map([...held, ...missing] as [string, unknown][])
}

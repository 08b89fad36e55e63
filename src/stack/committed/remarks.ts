// The comments that kyozo writes: those at the head of the file, and the reasons above each service. They are kyozo's for as long as they stand in
// the file as kyozo wrote them; every other comment is a person's.
import { readValues } from './values.ts'
import { type WrittenText, writtenText } from './written.ts'

export interface Remarks {
  readonly head: readonly string[]
  /** By the name of the service. */
  readonly services: ReadonlyMap<string, readonly string[]>
}

/** The comments of a text that kyozo generated. */
export function remarksOf(generated: string): Remarks {
  const written = writtenText(generated, readValues(generated))
  const services = written.root.entries?.get('services')?.value.entries ?? new Map()
  return {
    head: commentLines(written, spaceAbove(written, 'head')),
    services: new Map([...services.keys()].map((name) => [name, commentLines(written, spaceAbove(written, name))])),
  }
}

export interface Space {
  /** The first line of it, and the one behind it. */
  readonly from: number
  readonly to: number
}

/** The lines above the first entry of the file (`head`), or above a service, that belong to nothing else. */
export function spaceAbove({ root }: WrittenText, name: string): Space {
  const services = root.entries?.get('services')
  if (name === 'head') return { from: 0, to: [...(root.entries?.values() ?? [])][0]?.first ?? 0 }
  const entries = [...(services?.value.entries ?? [])]
  const at = entries.findIndex(([key]) => key === name)
  if (services === undefined || at < 0) return { from: 0, to: 0 }
  return { from: (entries[at - 1]?.[1].last ?? services.first) + 1, to: entries[at]![1].first }
}

export function commentLines({ lines }: WrittenText, { from, to }: Space): readonly string[] {
  return lines
    .slice(from, to)
    .map((line) => line.trim())
    .filter((line) => line.startsWith('#'))
}

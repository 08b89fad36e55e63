// Writes the whole file anew, where its lines cannot be changed one by one: a file in one line, or with aliases to what changes.
import type { Located } from '../../topology/compose/located.ts'
import { houseText } from '../house-yaml.ts'
import type { Remarks } from './remarks.ts'
import { plain } from './values.ts'
import type { WrittenText } from './written.ts'

export interface Rewriting {
  readonly written: WrittenText
  readonly remarks: Remarks
}

/** People's comments are kept together above everything: nothing says any more where they belong. */
export function rewrite(after: Located, { written, remarks }: Rewriting): string {
  const own = new Set([...remarks.head, ...[...remarks.services.values()].flat()])
  const kept = [...written.comments]
    .map(([line, column]) => written.lines[line]!.slice(column).trim())
    .filter((comment) => !own.has(comment))
  const services = after.kind === 'map' ? after.entries.get('services') : undefined
  const names = services?.kind === 'map' ? [...services.entries.keys()] : []
  return houseText({
    data: plain(after),
    head: [...remarks.head, ...kept].map(withoutHash),
    reasons: new Map(names.map((name) => [name, (remarks.services.get(name) ?? []).map(withoutHash)])),
  })
}

function withoutHash(comment: string): string {
  return comment.replace(/^#+ ?/, '')
}

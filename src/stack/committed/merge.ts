// compose.kyozo.yaml merged three ways: what kyozo had generated for it, what it generates now, and what stands in it. A person's change stays, what
// only kyozo has changed is brought up to date, and what both have changed is a conflict.
import type { Located } from '../../topology/compose/located.ts'
import { valueAfter } from './after.ts'
import type { Base } from './base.ts'
import { isMark, markOf } from './file.ts'
import { remarksOf } from './remarks.ts'
import { rewrite } from './rewrite.ts'
import { splice } from './splice.ts'
import { type Conflict, type Edit, mergeValues } from './three-way.ts'
import { isSame, readValues, valuesIn } from './values.ts'
import { writtenText } from './written.ts'

export interface Merging {
  readonly base: Base
  /** What kyozo generates now, with its mark. */
  readonly generated: string
  /** The file as it is in the commit; null when there is none. */
  readonly present: string | null
  /** Whose value a conflict ends with. Default is `keep`: that of the file. */
  readonly resolve?: (conflict: Conflict) => 'keep' | 'take'
}

export interface Merged {
  /** The file as it should be. Lines that nothing changes are those of the file, byte for byte. */
  readonly text: string
  /** What of people's stands in it. */
  readonly edits: readonly Edit[]
  /** What kyozo and people have both changed; the text has what `resolve` said. */
  readonly conflicts: readonly Conflict[]
}

/** Throws `compose_invalid`, with lines, for a file that cannot be read. */
export function mergeCommitted({ base, generated, present, resolve = () => 'keep' }: Merging): Merged {
  if (present === null || present === generated) return { text: generated, edits: [], conflicts: [] }
  if (present.startsWith(byteOrderMark)) {
    const merged = mergeCommitted({ base, generated, present: present.slice(byteOrderMark.length), resolve })
    return { ...merged, text: byteOrderMark + merged.text }
  }
  const before = base.kind === 'unknown' ? undefined : base.text
  const sides = {
    base: before === undefined ? undefined : readValues(before),
    generated: readValues(generated),
    present: readValues(present),
  }
  const isForeign = base.kind === 'foreign'
  const found = mergeValues(sides, {
    isBaseKnown: before !== undefined,
    isShared: isForeign,
    resolve: isForeign ? () => 'keep' : resolve,
  })
  const after = valueAfter(sides.present, found.change) ?? sides.present
  const text = textAfter(after, { present, sides, change: found.change, generated, before })
  if (isForeign) return { text, edits: [...found.edits, ...found.conflicts.map(asEdit)], conflicts: [] }
  return { text, edits: found.edits, conflicts: found.conflicts }
}

const byteOrderMark = '\uFEFF'

/** What another kyozo has written in its own way is as good as a person's. */
function asEdit({ path, generated, present }: Conflict): Edit {
  return {
    path,
    kind: generated === undefined ? 'added' : 'changed',
    line: present.line,
    value: present.value,
    ...(generated === undefined ? {} : { generated: generated.value }),
  }
}

interface Writing {
  readonly present: string
  readonly sides: { readonly present: Located }
  readonly change: ReturnType<typeof mergeValues>['change']
  readonly generated: string
  readonly before: string | undefined
}

function textAfter(after: Located, { present, sides, change, generated, before }: Writing): string {
  if (change.kind === 'keep' && before === generated) return present
  const remarks = remarksOf(generated)
  const written = writtenText(present, sides.present)
  const remarksBefore = before === undefined ? undefined : remarksOf(before)
  const spliced = splice({ written, present: sides.present, change, remarks, remarksBefore })
  const isUseful = spliced !== undefined && holds(spliced, after)
  const text = isUseful ? spliced : change.kind === 'keep' ? present : rewrite(after, { written, remarks })
  return differsByMarkOnly(text, present) ? present : withMarkOf(text, generated)
}

/** Whether a text means what it should: aliases, say, may have lost what they stood for. */
function holds(text: string, after: Located): boolean {
  return isSame(valuesIn(text), after)
}

function differsByMarkOnly(text: string, present: string): boolean {
  const unmarked = (one: string) =>
    one
      .split('\n')
      .filter((line) => !isMark(line))
      .join('\n')
  return unmarked(text) === unmarked(present)
}

/** Where the file had none, or its own was not recognised, the mark comes first. */
function withMarkOf(text: string, generated: string): string {
  const mark = markOf(generated)
  if (mark === undefined || markOf(text) === mark) return text
  const line = generated.split('\n').find(isMark)!
  return markOf(text) === undefined ? `${line}\n${text}` : text.replace(/^.*$/gm, (one) => (isMark(one) ? line : one))
}

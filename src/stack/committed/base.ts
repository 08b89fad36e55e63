// What a file is compared with: the text that this kyozo had generated when it last looked at exactly this file. What differs from that is a
// person's, or another kyozo's.
import { isUntouched, keyOf, markOf } from './file.ts'

/** What a kyozo remembers of one repository. */
export interface CommittedMemory {
  /** What it had generated, with its mark, each time that it had settled on a file, by the key of that file. Default is nothing. */
  readonly settled?: ReadonlyMap<string, string>
  /** What it generated last for this branch, before this commit. Default is nothing. */
  readonly last?: string
}

export type Base =
  /** What this kyozo had generated for this file. */
  | { readonly kind: 'known'; readonly text: string }
  /** Another kyozo wrote the file; the text is what this one had generated for the commit before. What both have changed is the other's. */
  | { readonly kind: 'foreign'; readonly text: string }
  /** Nobody remembers. Nothing in the file is changed or taken away; what it lacks is added. */
  | { readonly kind: 'unknown' }

/** `generated` is what it generates now: a file that says so of itself needs no memory. */
export function findBase(
  present: string,
  { settled = new Map(), last, generated }: CommittedMemory & { readonly generated: string },
): Base {
  const ownWords = [last, generated].find((one) => one !== undefined && markOf(one) === markOf(present))
  const text = settled.get(keyOf(present)) ?? ownWords
  if (text !== undefined) return { kind: 'known', text }
  if (last !== undefined) return { kind: markOf(present) === undefined ? 'known' : 'foreign', text: last }
  // Nothing in it is a person's, and this kyozo has never written to the repository: it is as good as one's own of before.
  return isUntouched(present) && settled.size === 0 ? { kind: 'known', text: present } : { kind: 'unknown' }
}

/** What is to be remembered once the file of a branch needs nothing from kyozo. */
export interface Settled {
  /** What is `last` from now on. */
  readonly last: string
  /** The key under which `last` is to be found again: that of a file that kyozo did not write. Absent for its own, which name what they were generated as. */
  readonly adopted?: string
}

/**
 * Undefined as long as something is to be written: until it stands in the branch, what kyozo had generated before is still what the file goes by.
 * Once kyozo's commit is in the branch, its text is what is present. A text that is written, or proposed, is remembered under its own mark whatever
 * comes of it.
 */
export function settledBy({ base, generated, present, text }: Settling): Settled | undefined {
  if (present === null || text !== present) return undefined
  return base === 'known' ? { last: generated } : { last: generated, adopted: keyOf(present) }
}

export interface Settling {
  readonly base: Base['kind']
  readonly generated: string
  readonly present: string | null
  /** The file as it should be. */
  readonly text: string
}

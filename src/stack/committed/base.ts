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

export function findBase(present: string, { settled = new Map(), last }: CommittedMemory): Base {
  const text = settled.get(keyOf(present)) ?? (last !== undefined && markOf(last) === markOf(present) ? last : undefined)
  if (text !== undefined) return { kind: 'known', text }
  if (last !== undefined) return { kind: markOf(present) === undefined ? 'known' : 'foreign', text: last }
  // Nothing in it is a person's, and nobody here has looked at it before: it is as good as one's own of before.
  return isUntouched(present) ? { kind: 'known', text: present } : { kind: 'unknown' }
}

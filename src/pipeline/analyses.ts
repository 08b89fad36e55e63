// What the analyses of environments leave for the next ones: kept for those that were analyzed last, as far as memory allows.
import type { TreeListing } from '../git/objects.ts'
import { type AnalysisMemory, createMemory } from '../topology/incremental/memory.ts'
import type { Kyozo } from './kyozo.ts'

export interface KeptAnalysis {
  readonly memory: AnalysisMemory
  /** The commit that was listed last. */
  listing: TreeListing | null
}

/** By the running kyozo, as long as it runs. */
const everyKept = new WeakMap<Kyozo, Map<string, KeptAnalysis>>()

/** About what all environments together may keep; one is always kept. */
const budgetBytes = 128 * 1024 ** 2
/** A file of a listing: its name, its id and what holds them. */
const fileBytes = 200
/** A text, what was read from it and what was concluded. */
const bytesPerCharacter = 6

/** What an environment's last analysis left, or nothing yet. */
export function keptAnalysis(environmentId: string, kyozo: Kyozo): KeptAnalysis {
  const kept = everyKept.get(kyozo) ?? new Map<string, KeptAnalysis>()
  everyKept.set(kyozo, kept)
  const one = kept.get(environmentId) ?? { memory: createMemory(), listing: null }
  kept.delete(environmentId)
  letGo(kept)
  kept.set(environmentId, one)
  return one
}

/** Those that were not asked for the longest go first. */
function letGo(kept: Map<string, KeptAnalysis>): void {
  let bytes = 0
  for (const [environmentId, one] of [...kept].reverse()) {
    bytes += sizeOf(one)
    if (bytes > budgetBytes) kept.delete(environmentId)
  }
}

function sizeOf({ memory, listing }: KeptAnalysis): number {
  let characters = 0
  for (const text of memory.texts.values()) characters += text?.length ?? 0
  return characters * bytesPerCharacter + (listing?.entries.size ?? 0) * fileBytes
}

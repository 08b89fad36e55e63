// Runs a pure reader over a commit's files: lists the tree, runs it, loads what it asked for, and runs it again until it asks for nothing.
import type { ObjectReader, TreeListing } from './objects.ts'
import { createSourceTree, fileReadLimitBytes, type SourceTree } from './source-tree.ts'

/** A manifest names an entry file, which names another: three hops and the first pass. More means the reader never settles. */
const roundLimit = 8
/** What one analysis reads of a commit at most: far above any real set of manifests, far below what hurts. */
const textLimitBytes = 64 * 1024 ** 2

/**
 * The answer of `read` once every text it asked for is loaded. `read` must be deterministic. Texts that are binary or too large stay absent.
 * `listing` is taken instead of asking the reader when it is known already.
 */
export async function readSource<T>(
  reader: ObjectReader,
  listing: TreeListing,
  read: (tree: SourceTree) => T,
): Promise<{ readonly answer: T; readonly source: SourceTree }> {
  const texts = new Map<string, string | null>()
  let left = textLimitBytes
  for (let round = 0; ; round++) {
    const source = createSourceTree({ ...listing, texts })
    const outcome = attempt(() => read(source))
    if (source.wanted.size === 0 || round === roundLimit) return { answer: settled(outcome), source }
    const oids = [...new Set([...source.wanted].map((path) => listing.entries.get(path)!.oid))]
    for (const [oid, content] of await reader.readBlobs(oids, fileReadLimitBytes)) {
      left -= content?.length ?? 0
      texts.set(oid, content === null || left < 0 ? null : asText(content))
    }
  }
}

/** A reader may throw because a text is not there yet: only the last round's error counts. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown }

function attempt<T>(read: () => T): Outcome<T> {
  try {
    return { value: read() }
  } catch (error) {
    return { error }
  }
}

function settled<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

function asText(content: Buffer): string | null {
  if (content.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    // Not UTF-8: data, as far as a manifest reader is concerned.
    return null
  }
}

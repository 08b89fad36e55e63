// Runs a pure reader over a commit's files: lists the tree, runs it, loads what it asked for, and runs it again until it asks for nothing.
import type { ObjectReader, TreeListing } from './objects.ts'
import { createSourceTree, fileReadLimitBytes, type SourceTree } from './source-tree.ts'

/** Each round loads something new, and what is followed from file to file is limited; more means that the reader never settles. */
const roundLimit = 100
/** What one analysis reads of a commit at most: far above any real set of manifests, far below what hurts. */
const textLimitBytes = 64 * 1024 ** 2

/** What is kept from one commit to the next. */
export interface SourceMemory {
  /** Texts by object id; `null` for a blob that is binary or over the limit. */
  readonly texts: Map<string, string | null>
  /** Forgets everything that rests on them, too. */
  clear(): void
}

export interface SourceListing extends TreeListing {
  /** What was kept of earlier commits. Default is nothing. */
  readonly memory?: SourceMemory
}

/**
 * The answer of `read` once every text it asked for is loaded. `read` must be deterministic. Texts that are binary or too large stay absent.
 * The listing is taken instead of asking the reader; texts that its memory has are not loaded again.
 */
export async function readSource<T>(reader: ObjectReader, listing: SourceListing, read: (tree: SourceTree) => T): Promise<SourceAnswer<T>> {
  const { memory } = listing
  if (memory === undefined) return readInRounds({ reader, listing, texts: new Map() }, read)
  const answer = await readInRounds({ reader, listing, texts: memory.texts }, read)
  if (mostBytes(memory.texts) <= textLimitBytes) return answer
  // Texts may have to be left out, and which ones must not depend on earlier commits: this one is read as if it were the first.
  memory.clear()
  try {
    return await readInRounds({ reader, listing, texts: memory.texts }, read)
  } finally {
    memory.clear()
  }
}

export interface SourceAnswer<T> {
  readonly answer: T
  readonly source: SourceTree
}

interface Loading {
  readonly reader: ObjectReader
  readonly listing: SourceListing
  readonly texts: Map<string, string | null>
}

async function readInRounds<T>({ reader, listing, texts }: Loading, read: (tree: SourceTree) => T): Promise<SourceAnswer<T>> {
  const { tree, entries, folders, root } = listing
  let left = textLimitBytes
  for (let round = 0; ; round++) {
    const source = createSourceTree({ tree, entries, folders, root, texts })
    const outcome = attempt(() => read(source))
    if (source.wanted.size === 0 || round === roundLimit) return { answer: settled(outcome), source }
    const oids = [...new Set([...source.wanted].map((path) => entries.get(path)!.oid))]
    for (const [oid, content] of await reader.readBlobs(oids, fileReadLimitBytes)) {
      left -= content?.length ?? 0
      texts.set(oid, content === null || left < 0 ? null : asText(content))
    }
  }
}

/** A character takes at most three bytes, and what is no text may have been as large as is read. */
function mostBytes(texts: ReadonlyMap<string, string | null>): number {
  let bytes = 0
  for (const text of texts.values()) bytes += text === null ? fileReadLimitBytes : text.length * 3
  return bytes
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

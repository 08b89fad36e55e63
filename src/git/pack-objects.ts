// Objects straight from a repository's folder: loose ones and those in packs, without a process for each question. Everything read is untrusted:
// sizes are checked before anything is inflated, and whatever is unusual is `undefined`, so that the git program is asked instead.
// The formats are those of gitformat-pack(5), version 2 of both packs and indexes.
import path from 'node:path'
import { constants, inflateSync } from 'node:zlib'
import { openWindows } from './file-windows.ts'
import { applyDelta, deltaSizes } from './pack-delta.ts'
import { offsetOf, openPacks, type Pack } from './pack-index.ts'

export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag'

export interface GitObject {
  readonly kind: ObjectKind
  /** Null when it is larger than the limit. */
  readonly content: Buffer | null
}

export interface ObjectFiles {
  /** Undefined when the object is not there, or not readable this way. */
  read(oid: string, limitBytes: number): GitObject | undefined
  /** Closes the packs; they are opened again when something is read. */
  close(): void
}

/** Nothing that a delta rests on, and no delta, may be larger: manifests and trees are far smaller. */
const baseLimitBytes = 16 * 1024 ** 2
/** Git itself makes chains of at most 50. */
const chainLimit = 256
/** Bases that are kept for the deltas that rest on them. */
const keptBytes = 32 * 1024 ** 2

const kinds: readonly (ObjectKind | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag']
const offsetDelta = 6
const idDelta = 7

interface WholeObject {
  readonly kind: ObjectKind
  readonly content: Buffer
}

interface Store {
  readonly objectsFolder: string
  packs: readonly Pack[] | undefined
  readonly bases: Map<string, WholeObject>
  basesBytes: number
}

export function openObjectFiles(gitDir: string): ObjectFiles {
  const store: Store = { objectsFolder: path.join(gitDir, 'objects'), packs: undefined, bases: new Map(), basesBytes: 0 }
  return {
    read(oid, limitBytes) {
      try {
        return readPacked(store, oid, limitBytes) ?? readLoose(store, oid, limitBytes)
      } catch {
        // A pack that a repack has just removed, a damaged one, an unknown format: the git program says what it is.
        return undefined
      }
    },
    close: () => closePacks(store),
  }
}

function closePacks(store: Store): void {
  for (const { file, index } of store.packs ?? []) {
    file.close()
    index.close()
  }
  store.packs = undefined
  store.bases.clear()
  store.basesBytes = 0
}

function readLoose({ objectsFolder }: Store, oid: string, limitBytes: number): GitObject | undefined {
  const file = openWindows(path.join(objectsFolder, oid.slice(0, 2), oid.slice(2)))
  try {
    const header = /^(commit|tree|blob|tag) (\d{1,15})\0/.exec(inflateStart(file.read(0, 512)).toString('latin1', 0, 64))
    if (header === null) return undefined
    const [whole, kind, length] = header
    if (Number(length) > limitBytes) return { kind: kind as ObjectKind, content: null }
    const all = inflate(file.read(0, packedBound(Number(length))), Number(length) + whole.length)
    return { kind: kind as ObjectKind, content: all.subarray(whole.length) }
  } finally {
    file.close()
  }
}

function readPacked(store: Store, oid: string, limitBytes: number): GitObject | undefined {
  store.packs ??= openPacks(store.objectsFolder)
  for (const pack of store.packs) {
    const offset = offsetOf(pack, oid)
    if (offset !== undefined) return readAtOffset(store, pack, { offset, limitBytes })
  }
  return undefined
}

interface Spot {
  readonly offset: number
  readonly limitBytes: number
}

interface Header {
  readonly type: number
  readonly size: number
  /** Where the deflated data begins. */
  readonly start: number
  /** Where the object that a delta changes lies. */
  readonly base: number | undefined
}

function readAtOffset(store: Store, pack: Pack, { offset, limitBytes }: Spot): GitObject | undefined {
  const deltas: Buffer[] = []
  for (let at = offset; deltas.length <= chainLimit; ) {
    const known = store.bases.get(`${pack.name}:${at}`)
    if (known !== undefined) return applied({ kind: known.kind, base: known.content, deltas, limitBytes })
    const header = readHeader(pack, at)
    if (header === undefined) return undefined
    const kind = kinds[header.type]
    if (kind !== undefined && deltas.length === 0 && header.size > limitBytes) return { kind, content: null }
    if (header.size > Math.max(baseLimitBytes, limitBytes)) return undefined
    const content = inflate(pack.file.read(header.start, packedBound(header.size)), header.size)
    if (kind !== undefined) {
      if (deltas.length > 0 || kind === 'tree') keepBase(store, `${pack.name}:${at}`, { kind, content })
      return applied({ kind, base: content, deltas, limitBytes })
    }
    if (header.base === undefined) return undefined
    deltas.push(content)
    at = header.base
  }
  return undefined
}

function keepBase(store: Store, key: string, base: WholeObject): void {
  if (store.basesBytes + base.content.length > keptBytes) return
  store.bases.set(key, base)
  store.basesBytes += base.content.length
}

interface Chain {
  readonly kind: ObjectKind
  readonly base: Buffer
  /** The outermost first. */
  readonly deltas: readonly Buffer[]
  readonly limitBytes: number
}

function applied({ kind, base, deltas, limitBytes }: Chain): GitObject | undefined {
  let content = base
  for (const [index, delta] of [...deltas].reverse().entries()) {
    const isLast = index === deltas.length - 1
    const size = deltaSizes(delta).result
    if (isLast && size > limitBytes) return { kind, content: null }
    if (size > Math.max(baseLimitBytes, limitBytes)) return undefined
    const next = applyDelta(content, delta)
    if (next === undefined) return undefined
    content = next
  }
  return content.length > limitBytes ? { kind, content: null } : { kind, content }
}

function readHeader(pack: Pack, offset: number): Header | undefined {
  const bytes = pack.file.read(offset, 64)
  let at = 0
  let byte = bytes[at++] ?? 0
  const type = (byte >> 4) & 7
  let size = byte & 15
  for (let scale = 16; byte & 128; scale *= 128) {
    byte = bytes[at++] ?? 0
    size += (byte & 127) * scale
  }
  if (!Number.isSafeInteger(size)) return undefined
  if (type === idDelta) {
    const base = offsetOf(pack, bytes.toString('hex', at, at + 20))
    return base === undefined ? undefined : { type, size, start: offset + at + 20, base }
  }
  if (type !== offsetDelta) return { type, size, start: offset + at, base: undefined }
  byte = bytes[at++] ?? 0
  let back = byte & 127
  while (byte & 128) {
    byte = bytes[at++] ?? 0
    back = (back + 1) * 128 + (byte & 127)
  }
  // A base lies before what rests on it, so that no chain comes round.
  return back < 1 || back > offset ? undefined : { type, size, start: offset + at, base: offset - back }
}

/** The most bytes that deflate makes of so many, with what stands around them. */
function packedBound(size: number): number {
  return size + Math.ceil(size / 1_000) + 512
}

function inflate(deflated: Buffer, size: number): Buffer {
  const content = inflateSync(deflated, { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) })
  if (content.length !== size) throw new Error(`expected ${size} bytes, got ${content.length}`)
  return content
}

/** As much as the first bytes give; at most a thousand times as many. */
function inflateStart(deflated: Buffer): Buffer {
  return inflateSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1024 ** 2 })
}

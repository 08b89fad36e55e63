// Packs and where objects lie in them, by their indexes: gitformat-pack(5), version 2.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { openWindows, type WindowedFile } from './file-windows.ts'

export interface Pack {
  /** Its file's name, which says what it holds. */
  readonly name: string
  readonly file: WindowedFile
  readonly index: WindowedFile
  readonly count: number
  /** How many objects have a first byte up to this one. */
  readonly fanout: Uint32Array
  /** The sorted ids with a first byte, as they are read. */
  readonly buckets: Map<number, Buffer>
}

export function openPacks(objectsFolder: string): Pack[] {
  const folder = path.join(objectsFolder, 'pack')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /^pack-[0-9a-f]{40}\.idx$/.test(name))
    .flatMap((name) => openPack(path.join(folder, name)) ?? [])
}

function openPack(indexFile: string): Pack | undefined {
  const index = openWindows(indexFile)
  const head = index.read(0, 8 + 1024)
  if (head.length < 8 + 1024 || head.readUInt32BE(0) !== 0xff744f63 || head.readUInt32BE(4) !== 2) {
    index.close()
    return undefined
  }
  const fanout = Uint32Array.from({ length: 256 }, (_, byte) => head.readUInt32BE(8 + byte * 4))
  return {
    name: indexFile,
    file: openWindows(indexFile.replace(/idx$/, 'pack')),
    index,
    count: fanout[255] ?? 0,
    fanout,
    buckets: new Map(),
  }
}

/** Where an object lies in a pack: its place among the sorted ids leads to the table of offsets. Undefined when it is in another. */
export function offsetOf(pack: Pack, oid: string): number | undefined {
  const wanted = Buffer.from(oid, 'hex')
  const first = wanted[0] ?? 0
  const start = first === 0 ? 0 : (pack.fanout[first - 1] ?? 0)
  const bucket = pack.buckets.get(first) ?? pack.index.read(1032 + start * 20, ((pack.fanout[first] ?? 0) - start) * 20)
  pack.buckets.set(first, bucket)
  const at = findId(bucket, wanted)
  if (at === undefined) return undefined
  const offsets = 1032 + pack.count * 24
  const offset = pack.index.read(offsets + (start + at) * 4, 4).readUInt32BE(0)
  if (offset < 0x8000_0000) return offset
  return Number(pack.index.read(offsets + pack.count * 4 + (offset - 0x8000_0000) * 8, 8).readBigUInt64BE(0))
}

function findId(bucket: Buffer, wanted: Buffer): number | undefined {
  let low = 0
  for (let high = bucket.length / 20; low < high; ) {
    const middle = (low + high) >>> 1
    const order = bucket.compare(wanted, 0, 20, middle * 20, middle * 20 + 20)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  return undefined
}

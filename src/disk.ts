// How full the disks are that kyozo writes to: that of its data directory, and that of the engine where it can be seen from here. Below the soft floor
// what nobody needs is removed at once; below the hard floor nothing is built or pulled any more, so that what runs can go on writing.
import { statfs } from 'node:fs/promises'
import { z } from 'zod'
import { KyozoError } from './errors.ts'

/** `5%` of the disk, or a number of bytes. */
export type Floor = { readonly percent: number } | { readonly bytes: number }

/** As the configuration has it: `5%`, or bytes with a unit. */
export const floor = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,3})?(%|[KMGT])$/i, 'must be a share such as 5%, or a size such as 2G')
  .transform((text): Floor => {
    const [value, unit = ''] = [Number.parseFloat(text), text.at(-1)?.toUpperCase()]
    return unit === '%' ? { percent: value } : { bytes: value * 1024 ** ('KMGT'.indexOf(unit) + 1) }
  })
  .refine((at) => !('percent' in at) || at.percent < 100, 'must be less than the whole disk')

export interface Place {
  readonly name: 'data' | 'engine'
  readonly path: string
  readonly freeBytes: number
  readonly totalBytes: number
  readonly softBytes: number
  readonly hardBytes: number
  readonly state: 'ok' | 'low' | 'full'
}

export interface Disk {
  /** Those that can be seen. */
  look(): Promise<readonly Place[]>
  /** Throws `disk_full` in words when one is below its hard floor. It is not tried again: what waits for room goes on when there is some. */
  assertRoom(): Promise<void>
  /** A signal that aborts with `disk_full` when one falls below its hard floor; to be closed. */
  watch(): { readonly signal: AbortSignal; close(): void }
}

export interface DiskOptions {
  readonly places: Readonly<Partial<Record<Place['name'], () => Promise<string>>>>
  readonly soft: Floor
  readonly hard: Floor
  /** Default is the system's own. */
  readonly measure?: (path: string) => Promise<{ readonly bavail: number; readonly blocks: number; readonly bsize: number }>
}

const watchMs = 1_000

export function createDisk(options: DiskOptions): Disk {
  const look = () => lookAt(options)
  const assertRoom = async () => {
    const full = (await look()).find(({ state }) => state === 'full')
    if (full !== undefined) throw noRoom(full)
  }
  return {
    look,
    assertRoom,
    watch() {
      const stop = new AbortController()
      const timer = setInterval(() => void assertRoom().catch((error: unknown) => stop.abort(error)), watchMs)
      return { signal: stop.signal, close: () => clearInterval(timer) }
    },
  }
}

async function lookAt({ places, soft, hard, measure = statfs }: DiskOptions): Promise<readonly Place[]> {
  const looked = await Promise.all(
    (Object.keys(places) as Place['name'][]).map(async (name): Promise<Place | undefined> => {
      try {
        const path = await places[name]!()
        const { bavail, blocks, bsize } = await measure(path)
        const [freeBytes, totalBytes] = [bavail * bsize, blocks * bsize]
        const [softBytes, hardBytes] = [bytesOf(soft, totalBytes), bytesOf(hard, totalBytes)]
        return { name, path, freeBytes, totalBytes, softBytes, hardBytes, state: stateOf({ freeBytes, softBytes, hardBytes }) }
      } catch {
        // An engine on another machine, or one that does not answer: of its disk nothing is known, and nothing is refused for it.
        return undefined
      }
    }),
  )
  return looked.filter((place) => place !== undefined)
}

/** On a full data disk the database stops first. That of the engine stops builds only, which is said and no reason to send nobody here. */
export async function readiness(disk: Disk): Promise<{ readonly words: string } | undefined> {
  const places = await disk.look()
  const full = places.find(({ name, state }) => name === 'data' && state === 'full')
  if (full !== undefined) throw noRoom(full)
  const low = places.find(({ state }) => state !== 'ok')
  return low === undefined ? undefined : { words: placeWords(low) }
}

function bytesOf(floor: Floor, totalBytes: number): number {
  return 'bytes' in floor ? floor.bytes : Math.round((totalBytes * floor.percent) / 100)
}

function stateOf({ freeBytes, softBytes, hardBytes }: Pick<Place, 'freeBytes' | 'softBytes' | 'hardBytes'>): Place['state'] {
  if (freeBytes < hardBytes) return 'full'
  return freeBytes < softBytes ? 'low' : 'ok'
}

function noRoom(place: Place): KyozoError {
  return new KyozoError('disk_full', placeWords(place), {
    retryable: false,
    hint: 'make room on that disk (`kyozo disk` says what takes it); a commit that was held back is deployed by itself then',
  })
}

/** `3.1 GiB are free on the engine’s disk (/var/lib/docker), and building needs 5.0 GiB`. */
export function placeWords({ name, path, freeBytes, hardBytes, softBytes, state }: Place): string {
  const where = name === 'data' ? 'where kyozo keeps its data' : 'on the engine’s disk'
  const needed = state === 'full' ? `, and building needs ${size(hardBytes)}` : state === 'low' ? `, less than ${size(softBytes)}` : ''
  return `${size(freeBytes)} are free ${where} (${path})${needed}`
}

function size(bytes: number): string {
  const [unit, divisor] = bytes >= 1024 ** 3 ? ['GiB', 1024 ** 3] : ['MiB', 1024 ** 2]
  return `${(bytes / Number(divisor)).toFixed(1)} ${unit}`
}

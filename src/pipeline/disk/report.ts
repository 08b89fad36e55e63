// What kyozo keeps and how much of it goes next, by kind, for whoever asks.
import { placeWords } from '../../disk.ts'
import type { Removal } from '../../reconcile/collect.ts'
import { type DiskReport, databaseSizes } from '../../store/disk.ts'
import type { Kyozo } from '../kyozo.ts'
import type { Look } from './collect.ts'

const nextShown = 100

export async function diskReport(kyozo: Pick<Kyozo, 'db' | 'disk'>, { stored, onEngine, inFolder, onlyCopies }: Look): Promise<DiskReport> {
  const sizes = await databaseSizes(kyozo.db)
  const going = [...onEngine, ...inFolder]
  const goingOf = (kind: Removal['kind']) => sum(going.filter((removal) => removal.kind === kind))
  const own = stored.cache.filter(({ workspace }) => workspace !== undefined)
  const kinds: DiskReport['kinds'] = [
    { kind: 'images', count: stored.images.length, bytes: sum(stored.images), removableBytes: goingOf('image') },
    { kind: 'containers', count: stored.containers.length, bytes: sum(stored.containers), removableBytes: goingOf('container') },
    { kind: 'volumes', count: stored.volumes.length, bytes: sum(stored.volumes), removableBytes: 0 },
    { kind: 'build_cache', count: own.length, bytes: sum(own), removableBytes: goingOf('build cache') },
    { kind: 'build_cache_of_engine', count: stored.cache.length, bytes: sum(stored.cache), removableBytes: 0 },
    { kind: 'mirrors', count: stored.mirrors.length, bytes: sum(stored.mirrors), removableBytes: goingOf('mirror') },
    { kind: 'stack_folders', count: stored.stackFolders.length, bytes: sum(stored.stackFolders), removableBytes: goingOf('stack folder') },
    { kind: 'database', count: 1, bytes: sizes.database, removableBytes: 0 },
    { kind: 'release_logs', count: 1, bytes: sizes.logs, removableBytes: 0 },
  ]
  return {
    places: (await kyozo.disk.look()).map((place) => ({ ...place, words: placeWords(place) })),
    kinds,
    next: going.slice(0, nextShown).map(({ kind, name, bytes, because }) => ({ kind, name, bytes, because })),
    yours: [
      ...stored.volumes.filter(({ isUsed }) => !isUsed).map(({ name, bytes }) => ({ kind: 'volume' as const, name, bytes: bytes ?? null })),
      ...stored.images
        .filter(({ id, isNameless }) => isNameless && !stored.inUse.has(id))
        .map(({ id, bytes }) => ({ kind: 'image' as const, name: id.slice(7, 19), bytes })),
      ...onlyCopies.map(({ name, bytes }) => ({ kind: 'repository' as const, name, bytes })),
    ],
  }
}

function sum(things: readonly { readonly bytes: number | undefined }[]): number {
  return things.reduce((total, { bytes }) => total + (bytes ?? 0), 0)
}

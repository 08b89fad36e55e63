// Removes what nobody needs. What there is is read before what is needed: whatever is needed by then was stored before it was made, so it is seen.
// Images are looked at once more, under a lock, before each goes. Nothing without this instance's labels, and never a volume.

import type { EngineStorage, StoredCache, StoredContainer, StoredImage, StoredNetwork, StoredVolume } from '../../engine/storage.ts'
import {
  isOnlyCopy,
  type Needs,
  orphanedContainers,
  orphanedMirrors,
  orphanedNetworks,
  orphanedStackFolders,
  type Policy,
  type Removal,
  type StoredMirror,
  unneededCache,
  unneededImages,
} from '../../reconcile/collect.ts'
import { reached } from '../../steps.ts'
import { deletedWorkspaces, knownProjects, knownWorkspaces } from '../../store/disk.ts'
import { neededImages, removeUnneededImage } from '../../store/kept-releases.ts'
import type { Kyozo } from '../kyozo.ts'

/** All that kyozo keeps outside the database. */
export interface Stored {
  readonly images: readonly StoredImage[]
  readonly inUse: ReadonlySet<string>
  readonly containers: readonly StoredContainer[]
  readonly networks: readonly StoredNetwork[]
  readonly volumes: readonly StoredVolume[]
  readonly cache: readonly StoredCache[]
  readonly stackFolders: Awaited<ReturnType<EngineStorage['stackFolders']>>
  readonly mirrors: readonly StoredMirror[]
}

export interface Look {
  readonly stored: Stored
  readonly needs: Needs
  /** What nobody needs, on the engine and in this process's own folder. */
  readonly onEngine: readonly Removal[]
  readonly inFolder: readonly Removal[]
  /** Pushed repositories that no workspace knows and nobody deleted. */
  readonly onlyCopies: readonly StoredMirror[]
}

export async function lookAtStored(kyozo: Kyozo, { isInHurry }: Pick<Policy, 'isInHurry'>): Promise<Look> {
  const stored = await readStored(kyozo)
  const needs = await readNeeds(kyozo, stored)
  const policy: Policy = { now: Date.now(), isInHurry, cacheLimitBytes: kyozo.config.cacheLimitBytes }
  return {
    stored,
    needs,
    onEngine: [
      ...orphanedContainers(stored.containers, needs),
      ...orphanedNetworks(stored.networks, needs, policy),
      ...unneededImages(stored, needs, policy),
      ...unneededCache(stored.cache, needs, policy),
    ],
    inFolder: [...orphanedStackFolders(stored.stackFolders, needs, policy), ...orphanedMirrors(stored.mirrors, needs, policy)],
    onlyCopies: stored.mirrors.filter((mirror) => isOnlyCopy(mirror, needs)),
  }
}

async function readStored({ storage, mirrors }: Kyozo): Promise<Stored> {
  const images = await storage.images()
  return {
    images,
    // Later than the images: a container that was made of one meanwhile is seen.
    inUse: await storage.imagesInUse(),
    containers: await storage.containers(),
    networks: await storage.networks(),
    volumes: await storage.volumes(),
    cache: await storage.cache(),
    stackFolders: await storage.stackFolders(),
    mirrors: await mirrors.list(),
  }
}

async function readNeeds({ db }: Kyozo, { mirrors }: Stored): Promise<Needs> {
  const workspaces = await knownWorkspaces(db)
  const unknown = mirrors.flatMap(({ workspaceId }) => (workspaceId === undefined || workspaces.has(workspaceId) ? [] : [workspaceId]))
  return {
    workspaces,
    images: await neededImages(db),
    projects: await knownProjects(db),
    deletedWorkspaces: await deletedWorkspaces(db, unknown),
  }
}

/** `mayGoOn` is asked before each: another process may have taken the duty over. Returns what has gone. */
export async function removeAll(
  kyozo: Kyozo,
  removals: readonly Removal[],
  { mayGoOn, look }: { readonly mayGoOn: () => Promise<boolean>; readonly look: Look },
): Promise<readonly Removal[]> {
  const removed: Removal[] = []
  for (const removal of removals) {
    await reached('collect.removing', removal.name)
    if (!(await mayGoOn())) break
    try {
      if (await remove(kyozo, removal, look)) removed.push(removal)
    } catch (error) {
      // The others go all the same; this one is tried the next time.
      kyozo.log.warn({ error, kind: removal.kind, name: removal.name }, 'what nobody needs could not be removed')
    }
  }
  return removed
}

async function remove(kyozo: Kyozo, { kind, id }: Removal, { stored }: Look): Promise<boolean> {
  const { storage, mirrors, db, engine } = kyozo
  switch (kind) {
    case 'image':
      return removeUnneededImage(db, id, () => storage.removeImage(id))
    case 'container':
      await engine.remove([id])
      return true
    case 'network':
      return storage.removeNetwork(id)
    case 'stack folder':
      await storage.removeStackFolder(id)
      return true
    case 'mirror':
      await mirrors.removeFolder(id)
      return true
    case 'build cache': {
      const record = stored.cache.find((one) => one.id === id)
      return record !== undefined && storage.removeCache(record)
    }
  }
}

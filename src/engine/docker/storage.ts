// What the engine keeps, by its API: images, containers, networks and volumes of this instance, and the builder's cache.
import { access, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KyozoError } from '../../errors.ts'
import type { EngineStorage, StoredContainer, StoredImage, StoredNetwork, StoredVolume } from '../storage.ts'
import { allCache, removeCacheRecord } from './build-cache.ts'
import { ownerOfCallFolder } from './client.ts'
import { ask, call, type DockerContext, type DockerEngineOptions, dockerContext } from './context.ts'
import { statusOf } from './errors.ts'
import { composeLabel, label } from './labels.ts'

/** What `specify` calls an image: only these names are kyozo's to take. An image that somebody makes from one of them inherits its labels. */
const ownName = /^kyozo\/[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*:[0-9a-f]{24}$/

export function createDockerStorage(options: DockerEngineOptions): EngineStorage {
  const context = dockerContext(options)
  return {
    root: async () => String((await ask({ tried: 'ask the engine about itself' }, () => context.docker.info())).DockerRootDir),
    images: () => ownImages(context),
    imagesInUse: () => imagesInUse(context),
    removeImage: (nameOrId) => removeImage(context, nameOrId),
    containers: () => ownContainers(context),
    networks: () => ownNetworks(context),
    volumes: () => ownVolumes(context),
    removeNetwork: (id) => removeNetworkById(context, id),
    cache: () => allCache(context),
    removeCache: (record) => removeCacheRecord(context, record),
    stackFolders: () => stackFolders(context.stacksDir),
    removeStackFolder: (project) => rm(join(context.stacksDir, project), { recursive: true, force: true }),
    removeLeftovers: () => removeLeftovers(context.instance),
  }
}

async function ownImages(context: DockerContext): Promise<readonly StoredImage[]> {
  const listed = await ask({ tried: 'list images' }, (abortSignal) =>
    context.docker.listImages({ filters: { label: [`${label.instance}=${context.instance}`] }, abortSignal }),
  )
  return Promise.all(
    listed.map(async ({ Id, RepoTags, Size, Created }) => {
      const names = (RepoTags ?? []).filter((name) => name !== '<none>:<none>')
      return {
        id: Id,
        names: names.filter((name) => ownName.test(name)),
        isNameless: names.length === 0,
        bytes: Size,
        since: Math.max(Created * 1000, await namedAt(context, Id)),
      }
    }),
  )
}

/** An image that the cache had whole is as old as its first build, and named anew all the same. */
async function namedAt(context: DockerContext, id: string): Promise<number> {
  const info = await ask({ tried: `inspect image ${id.slice(7, 19)}` }, () =>
    context.docker
      .getImage(id)
      .inspect()
      .catch((error: unknown) => ignoring(error, 404)),
  )
  const time = Date.parse(String((info as { Metadata?: { LastTagTime?: string } } | undefined)?.Metadata?.LastTagTime))
  return Number.isNaN(time) ? 0 : time
}

async function imagesInUse(context: DockerContext): Promise<ReadonlySet<string>> {
  const all = await ask({ tried: 'list containers' }, (abortSignal) => context.docker.listContainers({ all: true, abortSignal }))
  return new Set(all.map(({ ImageID }) => ImageID))
}

/** Without force: the engine itself refuses what a container has. */
async function removeImage(context: DockerContext, nameOrId: string): Promise<boolean> {
  const removed = await ask({ tried: `remove image ${nameOrId}` }, () =>
    context.docker
      .getImage(nameOrId)
      .remove({ noprune: false })
      .then(
        () => true,
        (error: unknown) => ignoring(error, 404, 409),
      ),
  )
  return removed === true
}

/** Labels of an image are also those of every container that is made from it, by whomever: the release's label only kyozo's own have. */
async function ownContainers(context: DockerContext): Promise<readonly StoredContainer[]> {
  const labels = [`${label.instance}=${context.instance}`, label.release, label.generation, composeLabel.project]
  const query = { all: 'true', size: 'true', filters: JSON.stringify({ label: labels }) }
  const listed = await ask({ tried: 'list containers', deadlineMs: measureMs }, (abortSignal) =>
    call<readonly ListedContainer[]>(context, { method: 'GET', path: '/containers/json', query, abortSignal }),
  )
  return listed.map(({ Id, Names, Labels, SizeRw }) => ({
    id: Id,
    name: (Names[0] ?? Id).replace(/^\//, ''),
    project: Labels[composeLabel.project] ?? '',
    bytes: SizeRw ?? 0,
  }))
}

interface ListedContainer {
  readonly Id: string
  readonly Names: readonly string[]
  readonly Labels: Readonly<Record<string, string>>
  readonly SizeRw?: number
}

async function ownNetworks(context: DockerContext): Promise<readonly StoredNetwork[]> {
  const listed = await ask({ tried: 'list networks' }, (abortSignal) =>
    context.docker.listNetworks({ filters: { label: [`${label.instance}=${context.instance}`] }, abortSignal }),
  )
  return listed.map(({ Id, Name, Labels, Created }) => ({
    id: Id,
    name: Name,
    project: Labels?.[composeLabel.project],
    since: Date.parse(String(Created)) || 0,
  }))
}

async function removeNetworkById(context: DockerContext, id: string): Promise<boolean> {
  const removed = await ask({ tried: `remove network ${id.slice(0, 12)}` }, () =>
    context.docker
      .getNetwork(id)
      .remove()
      .then(
        () => true,
        // 403: a container is connected.
        (error: unknown) => ignoring(error, 403, 404, 409),
      ),
  )
  return removed === true
}

async function ownVolumes(context: DockerContext): Promise<readonly StoredVolume[]> {
  const usage = await ask({ tried: 'measure volumes', deadlineMs: measureMs }, (abortSignal) =>
    call<{ readonly Volumes?: readonly VolumeUsage[] | null }>(context, {
      ...{ method: 'GET', path: '/system/df', query: { type: 'volume' }, abortSignal },
    }),
  )
  const volumes = (usage.Volumes ?? []).filter(({ Labels }) => Labels?.[label.instance] === context.instance)
  return volumes.map(({ Name, UsageData }) => ({
    name: Name,
    bytes: UsageData === undefined || UsageData === null || UsageData.Size < 0 ? undefined : UsageData.Size,
    isUsed: (UsageData?.RefCount ?? 1) > 0,
  }))
}

/** The engine walks through whole volumes. */
const measureMs = 120_000

interface VolumeUsage {
  readonly Name: string
  readonly Labels?: Readonly<Record<string, string>> | null
  readonly UsageData?: { readonly Size: number; readonly RefCount: number } | null
}

async function stackFolders(stacksDir: string) {
  const entries = await readdir(stacksDir, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory())
  return Promise.all(
    folders.map(async ({ name }) => {
      const files = await readdir(join(stacksDir, name)).catch(() => [])
      const sizes = await Promise.all(files.map((file) => stat(join(stacksDir, name, file)).catch(() => undefined)))
      const own = await stat(join(stacksDir, name)).catch(() => undefined)
      const since = Math.max(own?.mtimeMs ?? Date.now(), ...sizes.map((file) => file?.mtimeMs ?? 0))
      return { project: name, bytes: sizes.reduce((sum, file) => sum + (file?.size ?? 0), 0), since }
    }),
  )
}

/** A folder that lives as long as one call; its name says whose call, so that one of a process that ended is known. */
async function removeLeftovers(instance: string): Promise<readonly string[]> {
  const removed: string[] = []
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const pid = ownerOfCallFolder(name, instance)
    if (pid === undefined || pid === process.pid || (await isAlive(pid))) continue
    await rm(join(tmpdir(), name), { recursive: true, force: true })
    removed.push(name)
  }
  return removed
}

async function isAlive(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  return access(`/proc/${pid}`).then(
    () => true,
    () => false,
  )
}

function ignoring(error: unknown, ...statuses: readonly number[]): undefined {
  if (error instanceof KyozoError || !statuses.includes(statusOf(error) ?? 0)) throw error
}

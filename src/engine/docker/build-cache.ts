// The builder's cache is one for all who build on the engine. What is this instance's alone are the cache mounts of its builds: they are kept under
// ids that begin with the instance's own name, and the builder says the id of each. Layers cannot be told from those of others, who may be using
// the same ones: they are left to the engine's own limits.
import { cacheNamespace, workspaceOfCacheId } from '../../environment-names.ts'
import type { StoredCache } from '../storage.ts'
import { ask, call, type DockerContext } from './context.ts'

/** The engine looks at every record. */
const deadlineMs = 120_000

interface CacheRecord {
  readonly ID: string
  readonly Type: string
  readonly Description: string
  readonly InUse: boolean
  readonly Size: number
  readonly LastUsedAt?: string | null
  readonly CreatedAt: string
}

export async function allCache(context: DockerContext): Promise<readonly StoredCache[]> {
  const usage = await ask({ tried: 'measure the build cache', deadlineMs }, (abortSignal) =>
    call<{ readonly BuildCache?: readonly CacheRecord[] | null }>(context, {
      ...{ method: 'GET', path: '/system/df', query: { type: 'build-cache' }, abortSignal },
    }),
  )
  const records = usage.BuildCache ?? []
  return records.map((record) => ({
    id: record.ID,
    bytes: record.Size,
    workspace: workspaceOf(context, record),
    isInUse: record.InUse,
    usedAt: Date.parse(record.LastUsedAt ?? record.CreatedAt) || 0,
    words: record.Description.slice(0, 120),
  }))
}

/** The id stands at the end of what the builder says of a cache mount. */
function workspaceOf(context: DockerContext, { Type, Description }: CacheRecord): string | undefined {
  if (Type !== 'exec.cachemount') return undefined
  const id = / with id "\/?([^"]+)"$/.exec(Description)?.[1]
  return id === undefined ? undefined : workspaceOfCacheId(id, cacheNamespace(context.instance))
}

export async function removeCacheRecord(context: DockerContext, record: StoredCache): Promise<boolean> {
  // Without a filter the engine would remove everybody's.
  if (record.workspace === undefined || !/^[a-z0-9]{16,64}$/.test(record.id)) return false
  const query = { all: 'true', filters: JSON.stringify({ id: [record.id] }) }
  const pruned = await ask({ tried: 'remove a record of the build cache', deadlineMs }, (abortSignal) =>
    call<{ readonly CachesDeleted?: readonly string[] | null }>(context, { method: 'POST', path: '/build/prune', query, abortSignal }),
  )
  return (pruned.CachesDeleted ?? []).includes(record.id)
}

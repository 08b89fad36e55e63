// What of all that kyozo keeps nobody needs any more, and why. Pure: what there is and what is needed come as data, and somebody else removes.

export interface Removal {
  readonly kind: 'image' | 'container' | 'network' | 'stack folder' | 'mirror' | 'build cache'
  /** What removes it. */
  readonly id: string
  readonly name: string
  readonly bytes: number
  /** Why, for a person. */
  readonly because: string
}

export interface Needs {
  /** Images of kept releases and of those that have not ended. */
  readonly images: ReadonlySet<string>
  /** Compose projects of the environments that there are. */
  readonly projects: ReadonlySet<string>
  /** Id → name of the workspaces that there are. */
  readonly workspaces: ReadonlyMap<string, string>
  /** Ids of workspaces that a person is known to have deleted. */
  readonly deletedWorkspaces: ReadonlySet<string>
}

export interface Policy {
  readonly now: number
  /** The disk is nearly full: what would go later goes now. */
  readonly isInHurry: boolean
  readonly cacheLimitBytes: number
}

const minuteMs = 60_000
/** A release that failed for one service leaves the images of the others to the next push. */
const imageRestMs = 60 * minuteMs
/** Somebody is making it this moment. */
const newMs = 2 * minuteMs
const cacheRestMs = 14 * 24 * 60 * minuteMs

interface Image {
  readonly id: string
  readonly names: readonly string[]
  readonly bytes: number
  readonly since: number
}

/**
 * An image that any container has stays, whoever's container it is. So does one without a name: what somebody builds upon an image of kyozo's, or
 * commits from a container, has its labels too.
 */
export function unneededImages(
  { images, inUse }: { readonly images: readonly Image[]; readonly inUse: ReadonlySet<string> },
  needs: Needs,
  { now, isInHurry }: Policy,
): readonly Removal[] {
  return images
    .filter(({ id }) => !inUse.has(id))
    .flatMap(({ names, bytes, since }): Removal[] => {
      if (now - since <= imageRestMs && !isInHurry) return []
      const going = names.filter((name) => !needs.images.has(name))
      // Its bytes are free when its last name has gone.
      return going.map((name, at) => ({
        ...{ kind: 'image' as const, id: name, name, because: 'no kept release runs it' },
        bytes: going.length === names.length && at === 0 ? bytes : 0,
      }))
    })
}

export function orphanedContainers(
  containers: readonly { readonly id: string; readonly name: string; readonly project: string; readonly bytes: number }[],
  needs: Needs,
): readonly Removal[] {
  return containers
    .filter(({ project }) => !needs.projects.has(project))
    .map(({ id, name, project, bytes }) => ({
      kind: 'container',
      id,
      name,
      bytes,
      because: `there is no environment of project ${project}`,
    }))
}

export function orphanedNetworks(
  networks: readonly { readonly id: string; readonly name: string; readonly project: string | undefined; readonly since: number }[],
  needs: Needs,
  { now }: Policy,
): readonly Removal[] {
  return networks
    .filter(({ project, since }) => (project === undefined || !needs.projects.has(project)) && now - since > newMs)
    .map(({ id, name }) => ({ kind: 'network', id, name, bytes: 0, because: 'there is no environment of its project' }))
}

export function orphanedStackFolders(
  folders: readonly { readonly project: string; readonly bytes: number; readonly since: number }[],
  needs: Needs,
  { now }: Policy,
): readonly Removal[] {
  return folders
    .filter(({ project, since }) => !needs.projects.has(project) && now - since > newMs)
    .map(({ project, bytes }) => ({
      kind: 'stack folder',
      id: project,
      name: project,
      bytes,
      because: 'there is no environment of that project',
    }))
}

export interface StoredMirror {
  /** Of the workspace; undefined for one that was never finished. */
  readonly workspaceId: string | undefined
  /** The folder's name. */
  readonly name: string
  readonly bytes: number
  readonly since: number
  /** Whether people pushed to it: then it is the only copy that kyozo knows of. */
  readonly hasBranches: boolean
}

/** What a host has can be fetched again. What people pushed here goes only when somebody is known to have deleted its workspace. */
export function orphanedMirrors(mirrors: readonly StoredMirror[], needs: Needs, { now }: Policy): readonly Removal[] {
  return mirrors
    .filter((mirror) => now - mirror.since > newMs && !isOnlyCopy(mirror, needs))
    .filter(({ workspaceId }) => workspaceId === undefined || !needs.workspaces.has(workspaceId))
    .map(({ name, bytes, workspaceId }) => ({
      ...{ kind: 'mirror' as const, id: name, name, bytes },
      because: workspaceId === undefined ? 'it was never finished' : 'its workspace is gone',
    }))
}

/** Repositories that no workspace of this database knows, and that nobody here has deleted: a person has to say what becomes of them. */
export function isOnlyCopy({ workspaceId, hasBranches }: StoredMirror, needs: Needs): boolean {
  return hasBranches && workspaceId !== undefined && !needs.workspaces.has(workspaceId) && !needs.deletedWorkspaces.has(workspaceId)
}

interface Cache {
  readonly id: string
  readonly bytes: number
  readonly workspace: string | undefined
  readonly isInUse: boolean
  readonly usedAt: number
  readonly words: string
}

/** Only what is this instance's alone. The longest unused go first. */
export function unneededCache(all: readonly Cache[], needs: Needs, { now, isInHurry, cacheLimitBytes }: Policy): readonly Removal[] {
  const names = new Set(needs.workspaces.values())
  const own = all.filter(({ workspace, isInUse }) => workspace !== undefined && !isInUse).sort((a, b) => b.usedAt - a.usedAt)
  let kept = 0
  return own.flatMap((record): Removal[] => {
    const removal = (because: string): Removal[] => [
      { kind: 'build cache', id: record.id, name: record.words, bytes: record.bytes, because },
    ]
    if (!names.has(record.workspace!)) return removal(`there is no workspace ${record.workspace}`)
    if (now - record.usedAt > cacheRestMs) return removal('no build used it for 14 days')
    if (isInHurry && now - record.usedAt > imageRestMs) return removal('the disk is nearly full')
    if (kept + record.bytes > cacheLimitBytes) return removal('the build cache is at its limit')
    kept += record.bytes
    return []
  })
}

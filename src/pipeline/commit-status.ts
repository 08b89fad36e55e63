// One status beside a commit, as the outbox takes it: its context, its words within what hosts show, and where it is told in full.
import type { CommitStatus } from '../forge/messages.ts'
import type { Environment } from '../store/environments.ts'
import type { OutboxMessage } from '../store/outbox.ts'
import type { Release } from '../store/releases.ts'
import type { Workspace } from '../store/workspaces.ts'

export function contextOf({ kind, name }: Pick<Environment, 'kind' | 'name'>): string {
  return kind === 'preview' ? previewContext : `kyozo/${name}`
}

/** Of all pull requests alike, so that it can be required. */
export const previewContext = 'kyozo/preview'

export interface StatusPlace {
  readonly workspace: Workspace
  readonly sha: string
  /** Where it is told in full. */
  readonly page: string
  readonly releaseId?: string
}

/** Beside the commit of a release, which has a page of its own. */
export function statusPlace({ workspace, release, baseUrl }: StatusOfRelease): StatusPlace {
  return { workspace, sha: release.sha, page: `${baseUrl}/releases/${release.id}`, releaseId: release.id }
}

interface StatusOfRelease {
  readonly workspace: Workspace
  readonly release: Pick<Release, 'id' | 'sha'>
  readonly baseUrl: string
}

/** One message, or none: the built-in remote has nobody to tell. */
export function commitStatus(
  { workspace, sha, page, releaseId }: StatusPlace,
  { context, state, description }: Pick<CommitStatus, 'context' | 'state' | 'description'>,
): OutboxMessage[] {
  const told = toldOfStatus(workspace, { sha, context })
  if (told === undefined) return []
  const { repository, ...at } = told
  const payload: CommitStatus = { repository, sha, state, context, description: fitted(description), targetUrl: page }
  const message = { teamId: workspace.teamId, kind: 'status' as const, ...at, payload }
  return [releaseId === undefined ? message : { ...message, releaseId }]
}

/** Where a status is told; undefined where there is nobody to tell. */
export function toldOfStatus(workspace: Workspace, { sha, context }: Pick<CommitStatus, 'sha' | 'context'>) {
  const { forge, connection, repositoryId: id, repositoryName: fullName } = workspace
  if (forge === 'git' || connection === null || id === null || fullName === null) return undefined
  return { connection, target: `status ${forge} ${id} ${sha} ${context.toLowerCase()}`, repository: { id, fullName } }
}

/** GitHub shows this many characters. What still serves stands at the end and is what a person needs first: the middle gives way. */
const statusCharacters = 140

function fitted(words: string): string {
  const points = Array.from(words)
  if (points.length <= statusCharacters) return words
  const end = words.lastIndexOf('. ')
  const tail = end < 0 ? [] : Array.from(words.slice(end))
  const room = statusCharacters - tail.length - 1
  return room < 40 ? words : `${points.slice(0, room).join('').trimEnd()}…${tail.join('')}`
}

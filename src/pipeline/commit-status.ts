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
  if (workspace.forge === 'git' || workspace.connection === null || workspace.repositoryId === null || workspace.repositoryName === null)
    return []
  const repository = { id: workspace.repositoryId, fullName: workspace.repositoryName }
  const payload: CommitStatus = { repository, sha, state, context, description: fitted(description), targetUrl: page }
  const target = `status ${workspace.forge} ${repository.id} ${sha} ${context.toLowerCase()}`
  const told = { teamId: workspace.teamId, kind: 'status' as const, connection: workspace.connection, target, payload }
  return [releaseId === undefined ? told : { ...told, releaseId }]
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

// What the Git host is told: a pending aggregate when a commit is queued, and when it ends the aggregate and the services that it touched.
// Rows go to the outbox in the transaction that makes them true; the sender does the rest.
import type { CommitStatus } from '../forge/messages.ts'
import { releaseWords, type Verdict } from '../release/verdict.ts'
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import { notify } from '../store/notify.ts'
import { type OutboxMessage, putOutbox } from '../store/outbox.ts'
import type { Release } from '../store/releases.ts'
import type { Workspace } from '../store/workspaces.ts'
import { deploymentMessages } from './report-deployment.ts'

export interface ReportSubject {
  readonly workspace: Workspace
  readonly environment: Environment
  readonly release: Release
  readonly verdicts: readonly Verdict[]
}

export async function reportRelease(db: Executor, subject: ReportSubject, baseUrl: string): Promise<void> {
  const messages = [...statusMessages(subject, baseUrl), ...deploymentMessages(subject, baseUrl)]
  if (messages.length === 0) return
  await putOutbox(db, messages)
  await notify(db, 'outbox', subject.release.id)
}

/** A service of the live release that fell, or came back, without a release: its own context of the commit that runs. */
export async function reportStanding(
  db: Executor,
  {
    workspace,
    release,
    environment,
    ...said
  }: Omit<ReportSubject, 'verdicts'> & { readonly service: string; readonly words: string; readonly isWell: boolean },
  baseUrl: string,
): Promise<void> {
  const context = `${contextOf(environment)}/${said.service}`
  const state = said.isWell ? 'success' : 'failure'
  const messages = commitStatus(statusPlace({ workspace, release, baseUrl }), {
    context,
    state,
    description: `${said.service} ${said.words}`,
  })
  if (messages.length === 0) return
  await putOutbox(db, messages)
  await notify(db, 'outbox', release.id)
}

/** Pure: which statuses a release's present state asks for. */
export function statusMessages(subject: ReportSubject, baseUrl: string): OutboxMessage[] {
  const { workspace, release, environment } = subject
  // A commit stays good or bad as it was, whatever becomes of a restart or of the wish to go back to it; a service that recovers by one makes it good.
  const isOfKnown = release.options.ofLive === true || release.options.rollbackTo !== undefined
  if (isOfKnown && aggregateState(release) !== 'success') return []
  const context = contextOf(environment)
  const status = (name: string, state: CommitStatus['state'], description: string) =>
    commitStatus(statusPlace({ workspace, release, baseUrl }), { context: name, state, description })
  const services = subject.verdicts.flatMap((verdict) => {
    const state = serviceState(verdict)
    return state === undefined ? [] : status(`${context}/${verdict.service}`, state, verdict.words)
  })
  return [...services, ...status(context, aggregateState(release), releaseWords(release.state, subject.verdicts, release.reason))]
}

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

function aggregateState(release: Release): CommitStatus['state'] {
  switch (release.state) {
    case 'queued':
    case 'running':
      return 'pending'
    case 'live':
    case 'unchanged':
    case 'replaced':
      return 'success'
    case 'failed':
      return 'failure'
    case 'superseded':
    case 'skipped':
      return 'error'
  }
}

/** Services that the release did not touch have no context of their own: the aggregate counts them. */
function serviceState(verdict: Verdict): CommitStatus['state'] | undefined {
  switch (verdict.kind) {
    case 'live':
    case 'removed':
      return 'success'
    case 'failed':
      return 'failure'
    case 'rolled_back':
      return 'error'
    case 'unchanged':
    case 'superseded':
    case 'skipped':
    case 'stopped':
      return undefined
  }
}

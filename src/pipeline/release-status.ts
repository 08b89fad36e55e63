// Which statuses stand beside the commit of a release, by how that does. Pure.
import type { CommitStatus } from '../forge/messages.ts'
import { releaseWords, type Verdict } from '../release/verdict.ts'
import type { Environment } from '../store/environments.ts'
import type { OutboxMessage } from '../store/outbox.ts'
import type { PullRequest } from '../store/pull-requests.ts'
import type { Release } from '../store/releases.ts'
import type { Workspace } from '../store/workspaces.ts'
import { commitStatus, contextOf, statusPlace } from './commit-status.ts'

export interface ReportSubject {
  readonly workspace: Workspace
  readonly environment: Environment
  readonly release: Release
  readonly verdicts: readonly Verdict[]
}

/** Which statuses a release's present state asks for. */
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
    case 'shared':
    case 'left_out':
      return undefined
  }
}

/**
 * What stands beside a commit whose preview was not finished, because it is going away. Where the pull request is over nobody misses it, and nothing
 * is red; one that gave way has not shown that it works. Undefined for a release that came to an end of its own, and where a person cancelled it.
 */
export function missedPreview(
  { errorCode, options }: Pick<Release, 'errorCode' | 'options'>,
  { number, state, held, heldReason }: Pick<PullRequest, 'number' | 'state' | 'held' | 'heldReason'>,
): Pick<CommitStatus, 'state' | 'description'> | undefined {
  if (errorCode !== 'canceled' || options.ofLive === true) return undefined
  if (state !== 'open') return { state: 'success', description: `No preview: pull request ${number} was ${state}` }
  return held === null ? undefined : { state: 'failure', description: `No preview: ${heldReason ?? held}` }
}

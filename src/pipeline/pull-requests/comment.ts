// The facts that the comment below a pull request is written from, as they are in the transaction that writes it.
import { forges, isForgeName } from '../../forge/index.ts'
import type { CommitCheck, MessageKind, StickyComment } from '../../forge/messages.ts'
import { releaseWords, short } from '../../release/verdict.ts'
import { type PreviewInComment, pullRequestComment, type ReviewInComment } from '../../review/comment.ts'
import type { Executor } from '../../store/database.ts'
import { type Environment, findEnvironment } from '../../store/environments.ts'
import type { OutboxMessage } from '../../store/outbox.ts'
import type { PullRequest } from '../../store/pull-requests.ts'
import { findRelease, latestRelease, type Release, type ReleaseService, releaseServices } from '../../store/releases.ts'
import { isSpokenOf } from '../../store/spoken.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { illServices } from '../ill-services.ts'
import { maySpeak, speakerAt } from './voice.ts'

export interface Below {
  readonly workspace: Workspace
  readonly pullRequest: PullRequest
  readonly baseUrl: string
}

/** The sticky comment, and the plan as a check; none where the host takes none, and no comment before there is something to say. */
export async function pullRequestMessages(db: Executor, { workspace, pullRequest, baseUrl }: Below): Promise<OutboxMessage[]> {
  const comment: Omit<StickyComment, 'repository'> = {
    pullRequest: pullRequest.number,
    ...(await commentOf(db, { workspace, pullRequest, baseUrl })),
  }
  const check = checkOf(pullRequest, pullRequestPage(baseUrl, pullRequest.id))
  const comments = messageOf(workspace, { kind: 'comment', about: pullRequest.hostId, payload: comment })
  // One that ended before anything was said of it needs no comment.
  const isOver = pullRequest.state !== 'open' && !(await isAnySpokenOf(db, comments))
  const isItsPlan = check !== undefined && (await maySpeak(db, { workspace, pullRequest, sha: check.sha }))
  return [...(isOver ? [] : comments), ...(isItsPlan ? planCheck(workspace, check) : [])]
}

/** The plan beside a commit, where the host takes one. */
export function planCheck(workspace: Workspace, check: Omit<CommitCheck, 'repository' | 'name'>): OutboxMessage[] {
  const name = 'kyozo/plan'
  return messageOf(workspace, { kind: 'check', about: `${check.sha} ${name}`, payload: { name, ...check } })
}

interface Telling {
  readonly kind: MessageKind & OutboxMessage['kind']
  /** What is said of one and the same replaces what was said before. */
  readonly about: string
  readonly payload: Omit<StickyComment, 'repository'> | Omit<CommitCheck, 'repository'>
}

/** One message, or none where the host takes none of the kind. */
function messageOf(workspace: Workspace, { kind, about, payload }: Telling): OutboxMessage[] {
  const { forge, connection, repositoryId: id, repositoryName: fullName, teamId } = workspace
  if (connection === null || id === null || fullName === null || !isForgeName(forge) || !forges[forge].messages.includes(kind)) return []
  const target = `${kind} ${forge} ${id} ${about}`
  return [{ teamId, kind, connection, target, payload: { repository: { id, fullName }, ...payload } }]
}

async function isAnySpokenOf(db: Executor, messages: readonly OutboxMessage[]): Promise<boolean> {
  for (const message of messages) if (await isSpokenOf(db, message)) return true
  return false
}

export function pullRequestPage(baseUrl: string, id: string): string {
  return `${baseUrl}/pull-requests/${id}`
}

/** Of the commit that was reviewed: a required plan is never missing for long, and never of another commit. Of a head that cannot be read it says that. */
export function checkOf(
  {
    review,
    reviewSha,
    state,
    ...head
  }: Pick<PullRequest, 'review' | 'reviewSha' | 'state' | 'headSha' | 'held' | 'heldReason' | 'heldSha'>,
  page: string,
): Omit<CommitCheck, 'repository' | 'name'> | undefined {
  const { headSha, held, heldReason, heldSha } = head
  if (state !== 'open') return undefined
  if (held === 'failed' && heldSha === headSha && reviewSha !== headSha) {
    const text = heldReason ?? held
    return { sha: headSha, conclusion: 'failure', title: `No plan: ${text.split('\n')[0]}`, text, targetUrl: page }
  }
  if (review === null || reviewSha === null) return undefined
  const { conclusion, title, markdown, text } = review
  return { sha: reviewSha, conclusion, title, text: markdown === '' ? text : markdown, targetUrl: page }
}

async function commentOf(db: Executor, { workspace, pullRequest, baseUrl }: Below): Promise<Pick<StickyComment, 'marker' | 'body'>> {
  const environment = pullRequest.environmentId === null ? undefined : await findEnvironment(db, pullRequest.environmentId)
  const release = environment === undefined ? undefined : await latestRelease(db, environment.id)
  const shown = isTakenAway(pullRequest) ? [] : await shownServices(db, environment, release)
  const ill = environment === undefined ? new Map<string, string>() : await illServices(db, environment.id)
  const marker = `<!-- kyozo ${workspace.id} ${pullRequest.hostId} -->`
  const body = pullRequestComment({
    marker,
    workspace: workspace.name,
    headSha: pullRequest.headSha,
    preview: previewOf(pullRequest, { environment, release, shown, ill }),
    services: shown.map(({ service, verdict, words, url, durationMs }) => ({
      ...{ name: service, verdict, words, url },
      ...(durationMs === null ? {} : { durationMs }),
      ...(isStanding({ verdict }) && ill.has(service) ? { trouble: ill.get(service)! } : {}),
    })),
    review: reviewOf(pullRequest),
    approval: pullRequest.held === 'approval' ? { command: `/kyozo approve ${pullRequest.headSha}` } : null,
    notes: [...(pullRequest.review?.notes ?? []), ...notesOn(release), ...(await whoSpeaksHere(db, { workspace, pullRequest }))],
    isOver: pullRequest.state !== 'open',
    links: {
      page: pullRequestPage(baseUrl, pullRequest.id),
      log: release === undefined ? null : `${baseUrl}/releases/${release.id}`,
    },
  })
  return { marker, body }
}

/** What its reader would otherwise expect. */
function notesOn(release: Release | undefined): readonly string[] {
  const why = release?.stackSpec?.notShared
  return why === undefined ? [] : [`All of it is run, although kyozo.yaml says previews.share: baseline: ${why}`]
}

/** Whose verdict stands beside the commit, where it is another's. */
async function whoSpeaksHere(db: Executor, { workspace, pullRequest }: Omit<Below, 'baseUrl'>): Promise<readonly string[]> {
  const { id, state, headSha } = pullRequest
  const speaker = state === 'open' ? await speakerAt(db, { workspace, sha: headSha }) : undefined
  if (speaker === undefined || speaker.id === id) return []
  return [`What the statuses beside ${short(headSha)} say is of pull request ${speaker.number}, which has the same head`]
}

/** Of a release that has not ended nothing is known yet: what runs meanwhile is shown. */
async function shownServices(
  db: Executor,
  environment: Environment | undefined,
  release: Release | undefined,
): Promise<readonly ReleaseService[]> {
  const ended = release === undefined ? [] : await releaseServices(db, release.id)
  if (ended.length > 0 || environment === undefined || environment.liveReleaseId === null) return ended
  const live = await findRelease(db, environment.liveReleaseId)
  return live === undefined ? [] : releaseServices(db, live.id)
}

interface Preview {
  readonly environment: Environment | undefined
  readonly release: Release | undefined
  readonly shown: readonly ReleaseService[]
  /** Services that are not well by now, and why. */
  readonly ill: ReadonlyMap<string, string>
}

/** Of what did not come to run, the verdict says more than how what ran before it does. */
function isStanding({ verdict }: Pick<ReleaseService, 'verdict'>): boolean {
  return verdict === 'live' || verdict === 'unchanged'
}

function previewOf(pullRequest: PullRequest, { environment, release, shown, ill }: Preview): PreviewInComment {
  const url = addressOf(shown)
  if (environment === undefined || release === undefined)
    return { ...stateWithout(pullRequest), url: null, environment: null, expires: null }
  if (isTakenAway(pullRequest))
    return { state: 'leaving', words: stateWithout(pullRequest).words, url: null, environment: environment.name, expires: null }
  const verdicts = shown.map(({ service, verdict, words }) => ({ service, kind: verdict, words }))
  // Another commit is held although the preview of an earlier one runs.
  const isHeld = pullRequest.held !== null
  const fallen = shown.filter((one) => isStanding(one) && ill.has(one.service)).map(({ service }) => service)
  const isUnhealthy = !isHeld && stateOf(release) === 'live' && fallen.length > 0
  const said = isUnhealthy
    ? `${fallen.join(', ')} ${fallen.length === 1 ? 'is' : 'are'} unhealthy`
    : releaseWords(release.state, verdicts, release.reason)
  const words = isHeld ? (pullRequest.heldReason ?? '') : said
  return {
    state: isHeld ? 'none' : isUnhealthy ? 'unhealthy' : stateOf(release),
    words,
    url,
    environment: environment.name,
    expires: expiryOf(environment, pullRequest),
  }
}

/** Nobody prolongs the time of a fork's, so its end is known. */
function expiryOf({ lifeSeconds, expiresAt }: Environment, { isFork }: PullRequest): string | null {
  if (isFork && expiresAt !== null) return `at ${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, whoever uses it`
  return lifeSeconds === null ? null : `in ${lasting(lifeSeconds)} unless somebody uses it`
}

function stateWithout({ state, held, heldReason }: PullRequest): Pick<PreviewInComment, 'state' | 'words'> {
  if (state !== 'open') return { state: 'removed', words: `the pull request was ${state}` }
  if (held === null) return { state: 'waiting', words: '' }
  return { state: isTakenAway({ state, held }) ? 'removed' : 'none', words: heldReason ?? held }
}

/** What runs of it still is on its way out. */
function isTakenAway({ state, held }: Pick<PullRequest, 'state' | 'held'>): boolean {
  return state !== 'open' || held === 'destroyed' || held === 'expired' || held === 'evicted'
}

function stateOf({ state }: Release): PreviewInComment['state'] {
  switch (state) {
    case 'queued':
    case 'superseded':
    case 'skipped':
      return 'waiting'
    case 'running':
      return 'deploying'
    case 'live':
    case 'unchanged':
    case 'replaced':
      return 'live'
    case 'failed':
      return 'failed'
  }
}

/** What people open first, by the names that it usually has. */
const frontNames = /^(?:web|www|front|frontend|app|site|ui|client|proxy|gateway|nginx|caddy)(?:$|[-_.])/

function addressOf(services: readonly ReleaseService[]): string | null {
  const answering = services.filter(({ url }) => url !== null)
  // What another environment serves is there without the preview.
  const own = answering.filter(({ verdict }) => verdict !== 'shared')
  const shown = own.length > 0 ? own : answering
  return (shown.find(({ service }) => frontNames.test(service)) ?? shown[0])?.url ?? null
}

function reviewOf({ review }: PullRequest): ReviewInComment | { readonly failed: string } | null {
  if (review === null) return null
  return review.failed === undefined ? review : { failed: review.failed }
}

function lasting(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60))
  if (minutes < 60) return minutes === 1 ? 'a minute' : `${minutes} minutes`
  const whole = Math.round(minutes / 60)
  return whole >= 48 ? `${Math.round(whole / 24)} days` : whole === 1 ? 'an hour' : `${whole} hours`
}

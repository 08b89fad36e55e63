// Pull requests of which nothing was heard: what the host lists is compared with what is known, and what differs is received as if it had been told.
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ForgeQuestions, RepositoryName } from '../../forge/client.ts'
import type { ForgePullRequest } from '../../forge/pull-requests.ts'
import { openProposals } from '../../store/compose-proposals.ts'
import type { Executor } from '../../store/database.ts'
import type { DeliveryOutcome, NewDelivery } from '../../store/deliveries.ts'
import { findPullRequestByHostId, openPullRequests, type PullRequest } from '../../store/pull-requests.ts'
import type { LedgerFinding } from '../../store/tables/forges.ts'
import { holdWorkspace, type Workspace } from '../../store/workspaces.ts'
import { hearOfProposal, isNewOfProposal, isOwnProposal, noteForeign } from '../commit-back/own.ts'
import type { Kyozo } from '../kyozo.ts'
import { receive } from '../receive.ts'
import { hearOfPullRequest } from './hear.ts'
import { followPullRequest } from './note.ts'

export interface Comparing {
  readonly workspace: Workspace
  readonly ask: ForgeQuestions
  readonly signal: AbortSignal
}

/** A host changes a pull request first and tells of it then. */
const onItsWayMs = 3_000

/** Returns how many were compared, and what had been missed. Throws what the host's client throws. */
export async function comparePullRequests(
  kyozo: Kyozo,
  { workspace, ask, signal }: Comparing,
): Promise<{ readonly compared: number; readonly found: readonly LedgerFinding[] }> {
  const { repositoryId: id, repositoryName: fullName } = workspace
  if (id === null || fullName === null || !workspace.containerEnabled) return { compared: 0, found: [] }
  const repository = { id, fullName }
  const listed = await ask.listPullRequests(repository)
  const differing = await differingOf(kyozo, workspace, listed)
  const unlisted = await unlistedOf(kyozo, { workspace, ask, listed, repository })
  const said = [...differing, ...unlisted]
  if (said.length > 0) await delay(onItsWayMs, undefined, { signal }).catch(() => undefined)
  const found: LedgerFinding[] = []
  for (const one of said) if (!signal.aborted) found.push(...(await takeUp(kyozo, workspace, one)))
  return { compared: listed.length, found }
}

async function differingOf({ db }: Kyozo, workspace: Workspace, listed: readonly ForgePullRequest[]): Promise<readonly ForgePullRequest[]> {
  const differing: ForgePullRequest[] = []
  for (const said of listed) if (await isNews(db, { workspace, said })) differing.push(said)
  return differing
}

async function isNews(db: Executor, { workspace, said }: Said): Promise<boolean> {
  if (await isOwnProposal(db, workspace, said)) return isNewOfProposal(db, { workspace, said })
  return differs(said, await findPullRequestByHostId(db, workspace.id, said.id), workspace)
}

/** Those that were there before the repository was connected wait for somebody to do something with them. */
function differs(said: ForgePullRequest, known: PullRequest | undefined, { createdAt }: Workspace): boolean {
  if (known === undefined) return said.updatedAt !== null && said.updatedAt > createdAt
  return known.state !== said.state || known.headSha !== said.headSha || known.baseRef !== said.baseRef || known.isDraft !== said.isDraft
}

interface Unlisted {
  readonly workspace: Workspace
  readonly ask: ForgeQuestions
  readonly repository: RepositoryName
  readonly listed: readonly ForgePullRequest[]
}

/** The host says of each by itself what became of it: a list may be cut off. */
async function unlistedOf({ db }: Kyozo, { workspace, ask, repository, listed }: Unlisted): Promise<readonly ForgePullRequest[]> {
  const there = new Set(listed.map(({ id }) => id))
  const said: ForgePullRequest[] = []
  for (const { hostId, number } of await openPullRequests(db, workspace.id)) {
    if (there.has(hostId)) continue
    const one = await ask.findPullRequest(repository, number)
    if (one !== undefined && one.id === hostId && one.state !== 'open') said.push(one)
  }
  const numbers = new Set(listed.map(({ number }) => number))
  for (const number of await openProposals(db, workspace.id)) {
    const one = numbers.has(number) ? undefined : await ask.findPullRequest(repository, number)
    if (one !== undefined && one.state !== 'open') said.push(one)
  }
  return said
}

async function takeUp(kyozo: Kyozo, workspace: Workspace, said: ForgePullRequest): Promise<readonly LedgerFinding[]> {
  // It was told meanwhile.
  if (!(await isNews(kyozo.db, { workspace, said }))) return []
  const decide = (trx: Executor) => decideSaid(kyozo, trx, { workspace, said })
  const ownerOf = async () => ({ teamId: workspace.teamId, workspaceId: workspace.id })
  const [received] = await receive({ db: kyozo.db }, [sweptDelivery(workspace, said)], { decide, ownerOf })
  if (received === undefined || received.decision === 'duplicate') return []
  kyozo.log.warn({ workspace: workspace.name, pullRequest: said.number }, 'a pull request changed without a delivery')
  return [{ event: 'sweep', ref: said.ref, sha: said.headSha, words: received.reason }]
}

interface Said {
  readonly workspace: Workspace
  readonly said: ForgePullRequest
}

async function decideSaid({ queue, config }: Kyozo, trx: Executor, { workspace, said }: Said): Promise<DeliveryOutcome> {
  const about = { teamId: workspace.teamId, workspaceId: workspace.id, ref: said.ref, sha: said.headSha, releaseIds: [] }
  await holdWorkspace(trx, workspace.id)
  if (await isOwnProposal(trx, workspace, said))
    return { ...about, decision: 'ignored', reason: await hearOfProposal(trx, { workspace, said }, config.baseUrl) }
  await noteForeign(trx, { workspace, said })
  const { pullRequest, isNews } = await hearOfPullRequest(trx, { workspace, said, isReopened: true }, config.baseUrl)
  if (!isNews) return { ...about, decision: 'ignored', reason: `of pull request ${said.number} something newer is known already` }
  await followPullRequest(trx, queue, { pullRequest, by: 'sweep' })
  return { ...about, decision: 'accepted', reason: `pull request ${said.number} is ${said.state} at ${said.headSha.slice(0, 7)}` }
}

/** Of two processes that see the same at the same time, the second finds the first one's delivery. */
function sweptDelivery(workspace: Workspace, said: ForgePullRequest): NewDelivery {
  const { id, state, headSha, baseRef, isDraft, updatedAt } = said
  const seen = [workspace.id, id, state, headSha, baseRef, isDraft, updatedAt?.toISOString() ?? null]
  return {
    forge: workspace.forge,
    connection: workspace.connection,
    deliveryId: `sweep-${createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 32)}`,
    event: 'sweep',
    arrival: 'swept',
    headers: {},
    body: Buffer.from(JSON.stringify({ pull_request: said })),
    missed: 'seen in the host’s list',
  }
}

// The ledger is compared with Git hosts now and then: with what each repository's branches point at, and with the host's own list of what it sent. What
// was missed is received as if it had arrived; how much it was is a row that people can read, and a line in the log.
import { asKyozoError, type KyozoError } from '../errors.ts'
import type { ForgeQuestions } from '../forge/client.ts'
import { noteConnectionError } from '../store/forge-connections.ts'
import { type CheckResult, type CheckSubject, recordCheck } from '../store/ledger-checks.ts'
import type { LedgerFinding } from '../store/tables/forges.ts'
import { followingWorkspaces, type Workspace } from '../store/workspaces.ts'
import { compareSent, type SentSubject, subjectOf } from './compare-sent.ts'
import { convergeBranches, type Followed, followedBranches } from './converge-branches.ts'
import { followRepository } from './follow-rename.ts'
import type { HostPauses } from './host-pauses.ts'
import type { Kyozo } from './kyozo.ts'
import { comparePullRequests } from './pull-requests/compare.ts'
import { slots } from './slots.ts'
import { askHost } from './tip.ts'
import { checkWebhook } from './webhooks.ts'

export interface CheckContext {
  readonly kyozo: Kyozo
  readonly pauses: HostPauses
  readonly signal: AbortSignal
}

/** Repositories that are asked at once, over all hosts. */
const askedAtOnce = 4

/** Compares everything that is connected, once. What fails for one repository is stored with it and stops no other. */
export async function checkLedger(context: CheckContext): Promise<void> {
  const { connections, db } = context.kyozo
  const inSlot = slots(askedAtOnce)
  const workspaces = await followingWorkspaces(db)
  const all = connections.all.map(({ forge, name }) => ({
    forge,
    name,
    workspaces: workspaces.filter((workspace) => workspace.forge === forge && workspace.connection === name),
  }))
  await Promise.all(all.map((connected) => checkConnection(context, connected, inSlot)))
}

interface Connected {
  readonly forge: string
  readonly name: string
  readonly workspaces: readonly Workspace[]
}

async function checkConnection(context: CheckContext, connected: Connected, inSlot: ReturnType<typeof slots>): Promise<void> {
  const { kyozo, pauses, signal } = context
  const { forge, name, workspaces } = connected
  if (signal.aborted || !pauses.mayAsk(name)) return
  const looks = (await Promise.all(workspaces.map((workspace) => inSlot(() => lookAt(context, workspace))))).filter(
    (look) => look !== undefined,
  )
  const record = kyozo.connections.client(name)?.record
  const connection = kyozo.connections.find(forge, name)
  if (record !== undefined && connection !== undefined) {
    const tipOf: SentSubject['tipOf'] = (repositoryId, ref) =>
      looks.find(({ workspace }) => workspace.repositoryId === repositoryId)?.tips.get(ref)
    const subject = { connection, record, tipOf }
    // What the host sent comes first: it says more than that a branch has moved.
    if (record.isShared) await inSlot(() => checkSent(context, { ...subject, workspace: undefined }))
    else await Promise.all(looks.map(({ workspace }) => inSlot(() => checkSent(context, { ...subject, workspace }))))
  }
  await Promise.all(looks.map((look) => inSlot(() => checkBranches(context, look))))
  const ask = kyozo.connections.client(name)?.ask
  if (ask !== undefined) await Promise.all(looks.map(({ workspace }) => inSlot(() => checkPullRequests(context, { workspace, ask }))))
  const kept = looks.filter(({ workspace }) => workspace.keepsWebhook)
  await Promise.all(kept.map(({ workspace }) => inSlot(() => checkWebhookOf(context, workspace))))
}

interface Look {
  readonly workspace: Workspace
  readonly followed: readonly Followed[]
  readonly tips: ReadonlyMap<string, string>
  readonly error?: KyozoError
}

/** Where the branches of a repository point; an error in its place, so that what the host sent is looked at all the same. */
async function lookAt(context: CheckContext, found: Workspace): Promise<Look | undefined> {
  const { kyozo, signal } = context
  if (signal.aborted) return undefined
  const workspace = await followRepository(kyozo, found).catch(() => found)
  const followed = await followedBranches(kyozo, workspace)
  try {
    const refs = followed.map(({ ref }) => ref)
    const fetching = { workspace, signal, redactAlso: () => undefined }
    const tips = await askHost(fetching, kyozo, (remote) =>
      kyozo.mirrors.remoteRefs(workspace.id, { ...remote, refs, signal, team: workspace.teamId }),
    )
    noteAnswer(context, workspace, undefined)
    return { workspace, followed, tips }
  } catch (error) {
    if (signal.aborted) return undefined
    noteAnswer(context, workspace, asKyozoError(error))
    return { workspace, followed, tips: new Map(), error: asKyozoError(error) }
  }
}

function noteAnswer({ pauses }: CheckContext, { connection }: Pick<Workspace, 'connection'>, error: KyozoError | undefined): void {
  const isAway = error !== undefined && (error.code === 'repository_unreachable' || error.code === 'forge_unavailable')
  if (isAway) pauses.failed(connection ?? '')
  else pauses.answered(connection ?? '')
}

async function checkBranches({ kyozo, signal }: CheckContext, { error, ...look }: Look): Promise<void> {
  const { workspace, followed } = look
  const subject: CheckSubject = { ...placeOf(workspace), kind: 'branches' }
  try {
    if (error !== undefined) throw error
    const found = await convergeBranches(kyozo, { ...look, signal })
    if (signal.aborted) return
    const words =
      found.length === 0
        ? 'every branch is where its environment is'
        : `${count(found.length, 'branch', 'branches')} had moved without a delivery`
    await store(kyozo, subject, { compared: followed.length, recovered: found.length, askedAgain: 0, words, error: null, found })
  } catch (thrown) {
    await store(kyozo, subject, failed(asKyozoError(thrown)))
  }
}

async function checkWebhookOf({ kyozo, signal }: CheckContext, workspace: Workspace): Promise<void> {
  if (signal.aborted) return
  const subject: CheckSubject = { ...placeOf(workspace), kind: 'webhook' }
  await store(kyozo, subject, await checkWebhook(kyozo, workspace).catch((thrown: unknown) => failed(asKyozoError(thrown))))
}

async function checkPullRequests(
  { kyozo, signal }: CheckContext,
  { workspace, ask }: { readonly workspace: Workspace; readonly ask: ForgeQuestions },
): Promise<void> {
  if (signal.aborted) return
  const subject: CheckSubject = { ...placeOf(workspace), kind: 'pull_requests' }
  try {
    const { compared, found } = await comparePullRequests(kyozo, { workspace, ask, signal })
    if (signal.aborted) return
    const changed = `${count(found.length, 'pull request', 'pull requests')} had changed without a delivery`
    const words = found.length === 0 ? 'every pull request is as its host says' : changed
    await store(kyozo, subject, { compared, recovered: found.length, askedAgain: 0, words, error: null, found })
  } catch (thrown) {
    await store(kyozo, subject, failed(asKyozoError(thrown)))
  }
}

async function checkSent(context: CheckContext, sent: SentSubject): Promise<void> {
  const { kyozo, signal } = context
  const { connection, workspace } = sent
  if (signal.aborted) return
  const { forge, name } = connection
  const subject = await subjectOf(kyozo, sent)
  try {
    const { missed, isComplete, waiting: _, ...recovered } = await compareSent(kyozo, sent)
    const cut = isComplete ? '' : '; the host had more, and only the newest were compared'
    const words = missed.length === 0 ? 'nothing was missed' : missedWords({ ...recovered, missed: missed.length })
    await store(kyozo, subject, { ...recovered, words: `${words}${cut}`, error: null, found: missed })
    await noteConnectionError(kyozo.db, { forge, name }, null)
  } catch (thrown) {
    const error = asKyozoError(thrown)
    await store(kyozo, subject, failed(error))
    noteAnswer(context, { connection: name }, error)
    await noteConnectionError(kyozo.db, { forge, name }, workspace === undefined ? error.message : `${workspace.name}: ${error.message}`)
  }
}

function missedWords({ missed, recovered, askedAgain }: { missed: number; recovered: number; askedAgain: number }): string {
  const again = askedAgain === 0 ? '' : `, ${askedAgain} of them asked for again`
  return `${count(missed, 'delivery was', 'deliveries were')} missed; ${recovered} recovered${again}`
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

function placeOf({ teamId, id, forge, connection }: Workspace): Omit<CheckSubject, 'kind'> {
  return { teamId, workspaceId: id, forge, connection }
}

const bounded = 200

/** The row names only so many; the ledger has them all. */
async function store(kyozo: Kyozo, subject: CheckSubject, result: Omit<CheckResult, 'missed'>): Promise<void> {
  const missed = result.found.length
  const isNews = await recordCheck(kyozo.db, subject, { ...result, missed, found: result.found.slice(0, bounded) })
  const { words, error } = result
  const fields = { kind: subject.kind, workspace: subject.workspaceId, connection: subject.connection, missed }
  if (isNews && (missed > 0 || error !== null)) kyozo.log.warn(fields, `the ledger was compared with ${subject.forge}: ${words}`)
}

function failed({ message, hint }: KyozoError): Omit<CheckResult, 'missed'> {
  const found: readonly LedgerFinding[] = []
  const words = `could not be compared${hint === undefined ? '' : `: ${hint}`}`
  return { compared: 0, recovered: 0, askedAgain: 0, words, error: message, found }
}

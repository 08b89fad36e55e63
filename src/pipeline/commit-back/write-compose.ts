// Writes compose.kyozo.yaml back after a release, or says why not. Whatever becomes of it, what runs does not depend on it; its end is told with the release.
import { asKyozoError, KyozoError } from '../../errors.ts'
import type { PushOutcome } from '../../git/push-outcome.ts'
import { settledBy } from '../../stack/committed/base.ts'
import { findComposeFile, markWritten, settleComposeFile, tellCommitBack } from '../../store/compose-files.ts'
import { findProposal, putProposal } from '../../store/compose-proposals.ts'
import { notify } from '../../store/notify.ts'
import { finishOperation, requeueOperation } from '../../store/operation-leases.ts'
import type { Operation } from '../../store/operations.ts'
import { putOutbox } from '../../store/outbox.ts'
import type { CommitBack } from '../../store/tables/compose-files.ts'
import { commitStatus, contextOf } from '../commit-status.ts'
import { illMessages } from '../ill-services.ts'
import { nextTry } from '../next-try.ts'
import { environmentOf, workspaceOf } from '../operations/about.ts'
import type { OperationContext, OperationWork } from '../operations/operation.ts'
import { afterPush } from './after-push.ts'
import {
  type CommitBackDecision,
  type CommitBackFacts,
  type CommitDecision,
  decideCommitBack,
  type PullRequestDecision,
  proposalKey,
  proposeInstead,
} from './decide.ts'
import { readFacts, type WritingSubject } from './facts.ts'
import { coveredWords, tellProposal } from './own.ts'
import { placeOf, pushFile, withoutCredential } from './push-file.ts'

export const writeCompose: OperationWork = async (operation, context) => {
  const subject = await subjectOf(operation, context)
  if (subject === undefined) return { kind: 'done', words: 'compose.kyozo.yaml is as it should be' }
  try {
    return await writeFor(operation, context, subject)
  } catch (thrown) {
    const error = asKyozoError(thrown)
    if (error.code === 'lease_lost' || !(thrown instanceof KyozoError)) throw thrown
    const words = `compose.kyozo.yaml was not written back: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}`
    const isTriedAgain = error.retryable && nextTry([error], operation) !== undefined
    await tell(context, subject, { state: isTriedAgain ? 'waiting' : 'refused', words })
    if (error.retryable) throw thrown
    return { kind: 'done', words }
  }
}

/** Undefined when the newest release needs nothing. */
async function subjectOf(operation: Operation, { kyozo }: OperationContext): Promise<WritingSubject | undefined> {
  const [workspace, environment] = [await workspaceOf(operation, kyozo.db), await environmentOf(operation, kyozo.db)]
  const file = await findComposeFile(kyozo.db, environment.id)
  if (file === undefined || file.found === null) return undefined
  return { workspace, environment, file: { ...file, found: file.found } }
}

async function writeFor(operation: Operation, context: OperationContext, subject: WritingSubject): ReturnType<OperationWork> {
  const cannot = withoutCredential(context, subject)
  if (cannot !== undefined) return end(context, subject, { state: 'nothing', words: cannot })
  for (let attempt = 1; ; attempt++) {
    const facts = await readFacts(context, subject)
    const decision = decideCommitBack(facts)
    const came = await carryOut(context, subject, { facts, decision, attempt })
    if (came.kind === 'ended') return end(context, subject, came.told, came.also)
    if (came.kind === 'later') return putOff(operation, context, { subject, ...came })
  }
}

type Came =
  | { readonly kind: 'ended'; readonly told: CommitBack; readonly also?: Also }
  | { readonly kind: 'later'; readonly afterMs: number; readonly words: string }
  | { readonly kind: 'again' }

/** Stored together with the end. */
type Also = (trx: Parameters<typeof tellCommitBack>[0]) => Promise<void>

interface Carrying {
  readonly facts: CommitBackFacts
  readonly decision: CommitBackDecision
  readonly attempt: number
  /** Why it is proposed where a commit was wanted. */
  readonly because?: string
}

async function carryOut(context: OperationContext, subject: WritingSubject, carrying: Carrying): Promise<Came> {
  const { decision, facts, attempt, because } = carrying
  if (decision.kind === 'later') return { kind: 'later', afterMs: decision.afterMs, words: decision.why }
  if (decision.kind === 'nothing') return { kind: 'ended', told: await nothingToDo(context, subject, carrying, decision.why) }
  const { sha, outcome } = await pushFile(context, subject, { decision, facts })
  const step = afterPush({ decision, outcome, attempt })
  switch (step.kind) {
    case 'again':
      return { kind: 'again' }
    case 'propose':
      return carryOut(context, subject, { facts, decision: proposeInstead(facts), attempt, because: step.words })
    case 'later':
      throw new KyozoError('repository_unreachable', step.words, { retryable: true })
    case 'given_up':
      return { kind: 'ended', told: { state: 'refused', words: withHint(joined(because, step.words), outcome) } }
    case 'done':
      return decision.kind === 'commit'
        ? written(context, subject, { sha, facts, decision, words: step.words })
        : { kind: 'ended', ...(await propose(context, subject, { sha, facts, decision, because })) }
  }
}

async function nothingToDo(
  { kyozo }: OperationContext,
  { workspace, environment }: WritingSubject,
  { facts, because }: Carrying,
  why: string,
): Promise<CommitBack> {
  const key = { workspaceId: workspace.id, intoRef: environment.ref, changeKey: proposalKey(facts.committed) }
  const proposal = facts.sameProposal === 'open' ? await findProposal(kyozo.db, key) : undefined
  const words = joined(because, why)
  return proposal === undefined ? { state: 'nothing', words } : { state: 'proposed', words, ...urlOf(proposal.url) }
}

interface Done<Decision> {
  readonly sha: string
  readonly facts: CommitBackFacts
  readonly decision: Decision
}

async function written(
  { kyozo }: OperationContext,
  { workspace, environment, file }: WritingSubject,
  { sha, facts, decision, words }: Done<CommitDecision> & { readonly words: string },
): Promise<Came> {
  const settled = settledBy({ ...facts.committed, base: 'known', present: decision.text, text: decision.text })
  const place = { workspace, sha, page: pageOf(kyozo, file), ...(file.releaseId === null ? {} : { releaseId: file.releaseId }) }
  const status = commitStatus(place, { context: contextOf(environment), state: 'success', description: coveredWords(sha, file) })
  const also: Also = async (trx) => {
    await markWritten(trx, environment.id)
    if (settled !== undefined)
      await settleComposeFile(trx, { ...placeOf(workspace), environmentId: environment.id, releaseId: file.releaseId }, settled)
    if (status.length === 0) return
    await putOutbox(trx, [...status, ...(await illMessages(trx, { place, environment }))])
    await notify(trx, 'outbox', file.releaseId ?? '')
  }
  return { kind: 'ended', told: { state: 'written', words: `${words} as ${sha.slice(0, 7)}`, sha }, also }
}

async function propose(
  { kyozo }: OperationContext,
  { workspace, environment, file }: WritingSubject,
  { sha, facts, decision, because }: Done<PullRequestDecision> & { readonly because: string | undefined },
): Promise<{ readonly told: CommitBack; readonly also: Also }> {
  const { repositoryId: id, repositoryName: fullName, connection } = workspace
  const ask = kyozo.connections.client(connection ?? '')?.ask
  const request = { headRef: decision.to, baseRef: `refs/heads/${decision.into}`, title: decision.title, body: decision.body }
  const opened = id === null || fullName === null ? undefined : await ask?.openPullRequest({ id, fullName }, request)
  const conflicts = facts.committed.merged.conflicts.length
  const what =
    conflicts === 0 ? 'compose.kyozo.yaml' : `compose.kyozo.yaml, with ${conflicts} ${conflicts === 1 ? 'conflict' : 'conflicts'},`
  const words =
    opened === undefined
      ? `${what} is proposed on the branch ${decision.to.replace('refs/heads/', '')}; merge it into ${decision.into}`
      : `${what} is proposed by pull request ${opened.number}`
  const proposal = {
    ...{ workspaceId: workspace.id, teamId: workspace.teamId, intoRef: environment.ref, changeKey: proposalKey(facts.committed) },
    ...{ number: opened?.number ?? null, url: opened?.url ?? null, state: 'open' as const, headSha: sha },
  }
  return {
    told: { state: 'proposed', words: joined(because, words), sha, ...urlOf(proposal.url) },
    also: async (trx) => {
      await markWritten(trx, environment.id)
      await putProposal(trx, proposal)
      if (opened !== undefined) await tellProposal(trx, { workspace, sha, page: pageOf(kyozo, file) })
    },
  }
}

function pageOf({ config: { baseUrl } }: OperationContext['kyozo'], { releaseId }: WritingSubject['file']): string {
  return releaseId === null ? baseUrl : `${baseUrl}/releases/${releaseId}`
}

async function end({ kyozo, lease }: OperationContext, subject: WritingSubject, told: CommitBack, also?: Also) {
  await kyozo.db.transaction().execute(async (trx) => {
    await also?.(trx)
    await tellRelease(trx, subject, told)
    await finishOperation(trx, lease, { state: 'succeeded', words: told.words })
  })
  return { kind: 'ended' } as const
}

async function putOff(
  operation: Operation,
  { kyozo, lease }: OperationContext,
  { subject, afterMs, words }: { readonly subject: WritingSubject; readonly afterMs: number; readonly words: string },
) {
  await kyozo.db.transaction().execute(async (trx) => {
    await tellRelease(trx, subject, { state: 'waiting', words })
    await requeueOperation(trx, lease, { words, afterSeconds: Math.ceil(afterMs / 1_000), attempt: operation.attempt - 1 })
    await notify(trx, 'queue', operation.environmentId ?? '')
  })
  return { kind: 'ended' } as const
}

function tell({ kyozo }: OperationContext, subject: WritingSubject, told: CommitBack): Promise<void> {
  return kyozo.db.transaction().execute((trx) => tellRelease(trx, subject, told))
}

async function tellRelease(trx: Parameters<Also>[0], { file: { releaseId } }: WritingSubject, told: CommitBack): Promise<void> {
  if (releaseId === null) return
  await tellCommitBack(trx, releaseId, told)
  await notify(trx, 'release', releaseId)
}

function joined(...words: readonly (string | undefined)[]): string {
  return words.filter((part) => part !== undefined).join('; ')
}

function withHint(words: string, outcome: PushOutcome): string {
  return outcome.kind === 'pushed' ? words : `${words}; ${outcome.hint}`
}

function urlOf(url: string | null): Pick<CommitBack, 'url'> {
  return url === null ? {} : { url }
}

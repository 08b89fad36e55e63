// What is decided on when compose.kyozo.yaml is to be written back: what kyozo.yaml says of it, where the branches lead, and what became of an earlier proposal.
import { KyozoError } from '../../errors.ts'
import type { ObjectReader, TreeListing } from '../../git/objects.ts'
import { findBase } from '../../stack/committed/base.ts'
import { keyOf } from '../../stack/committed/file.ts'
import { mergeCommitted } from '../../stack/committed/merge.ts'
import type { Committed } from '../../stack/edits/with-edits.ts'
import { type ComposeFile, composeMemory, findOwnCommit } from '../../store/compose-files.ts'
import { findProposal, noteProposal } from '../../store/compose-proposals.ts'
import type { Environment } from '../../store/environments.ts'
import { databaseClock } from '../../store/instance.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { fetchingFor } from '../operations/about.ts'
import type { OperationContext } from '../operations/operation.ts'
import { declarationAt } from '../pull-requests/ruling.ts'
import { tipOf } from '../tip.ts'
import { type CommitBackFacts, type CommitBackMode, type Proposal, proposalBranchOf, proposalKey } from './decide.ts'
import { composeText } from './memory.ts'

export interface WritingSubject {
  readonly workspace: Workspace
  readonly environment: Environment
  readonly file: ComposeFile & { readonly found: Committed }
}

/** Throws with a `repository_…` code what keeps the branches from being read, and `declaration_invalid`. */
export async function readFacts(context: OperationContext, subject: WritingSubject): Promise<CommitBackFacts> {
  const { workspace, environment, file } = subject
  const { db } = context.kyozo
  const tip = await commitAt(context, workspace, environment.ref)
  const { released, committed } = await onTopOfOwn(context, subject, tip)
  const isOurs = async (sha: string) => (await findOwnCommit(db, workspace.id, sha)) !== undefined
  const isDefault = environment.ref === `refs/heads/${workspace.defaultBranch}`
  const proposalBranch = proposalBranchOf({ environment: environment.name, isDefault })
  const proposal = await commitAt(context, workspace, `refs/heads/${proposalBranch}`)
  return {
    mode: await modeOf(context, subject),
    branch: environment.ref.replace('refs/heads/', ''),
    committed,
    released,
    tip: tip?.sha ?? null,
    proposalBranch,
    proposal: proposal && { tip: proposal.sha, isOurs: await isOurs(proposal.sha), text: await textOf(proposal) },
    sameProposal: await stateOfProposal(context, subject, committed),
    sinceLastMs: file.writtenAt === null ? null : (await databaseClock(db)) - file.writtenAt.getTime(),
  }
}

interface FetchedCommit {
  readonly sha: string
  readonly reader: ObjectReader
  readonly listing: TreeListing
}

/** Null when the branch is not there. */
async function commitAt(context: OperationContext, workspace: Workspace, ref: string): Promise<FetchedCommit | null> {
  try {
    const sha = await tipOf(fetchingFor(workspace, context), context.kyozo, ref)
    const reader = await context.kyozo.mirrors.reader(workspace.id)
    return { sha, reader, listing: await reader.listTree((await reader.readCommit(sha)).tree) }
  } catch (error) {
    if (error instanceof KyozoError && error.code === 'revision_not_found') return null
    throw error
  }
}

function textOf({ reader, listing }: FetchedCommit): Promise<Proposal['text']> {
  return composeText(reader, listing)
}

/**
 * kyozo's own commits of before follow the one that was released and have no release of their own: what has changed since, such as a setting, comes on
 * top of them.
 */
async function onTopOfOwn(
  { kyozo: { db } }: OperationContext,
  { workspace, environment, file }: WritingSubject,
  tip: FetchedCommit | null,
): Promise<Pick<CommitBackFacts, 'released' | 'committed'>> {
  const own = tip === null || tip.sha === file.sha ? undefined : await findOwnCommit(db, workspace.id, tip.sha)
  const present = tip !== null && own?.saysWhatRuns === true && own.released === file.sha ? await textOf(tip) : null
  if (tip === null || present === null) return { released: file.sha, committed: file.found }
  const { generated } = file.found
  const memory = await composeMemory(db, { workspaceId: workspace.id, environmentId: environment.id, key: keyOf(present) })
  const base = findBase(present, { ...memory, generated })
  const merged = mergeCommitted({ base, generated, present })
  const proposal = merged.conflicts.length === 0 ? merged.text : mergeCommitted({ base, generated, present, resolve: () => 'take' }).text
  return { released: tip.sha, committed: { generated, present, base: base.kind, merged, proposal } }
}

/** As the default branch says. */
async function modeOf(context: OperationContext, { workspace, environment, file }: WritingSubject): Promise<CommitBackMode> {
  const { kyozo } = context
  const defaultRef = `refs/heads/${workspace.defaultBranch}`
  const isReleased = environment.ref === defaultRef
  const sha = isReleased ? file.sha : await tipOf(fetchingFor(workspace, context), kyozo, defaultRef)
  const reader = await kyozo.mirrors.reader(workspace.id)
  const listing = await reader.listTree((await reader.readCommit(sha)).tree)
  return (await declarationAt(reader, listing)).commit_back ?? 'pull_request'
}

/** What became of the pull request with the same change: what its host says, where it can be asked. */
async function stateOfProposal(
  { kyozo }: OperationContext,
  { workspace, environment }: WritingSubject,
  committed: Committed,
): Promise<CommitBackFacts['sameProposal']> {
  const key = { workspaceId: workspace.id, intoRef: environment.ref, changeKey: proposalKey(committed) }
  const known = await findProposal(kyozo.db, key)
  if (known === undefined || known.state === 'merged') return null
  const { repositoryId: id, repositoryName: fullName, connection } = workspace
  if (known.state === 'closed' || known.number === null || id === null || fullName === null) return known.state
  const said = await kyozo.connections.client(connection ?? '')?.ask?.findPullRequest({ id, fullName }, known.number)
  if (said === undefined || said.state === 'open') return said === undefined ? null : 'open'
  await noteProposal(kyozo.db, { workspaceId: workspace.id, number: known.number, state: said.state, headSha: said.headSha })
  return said.state === 'merged' ? null : 'closed'
}

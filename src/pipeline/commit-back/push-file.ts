// Makes the commit that holds compose.kyozo.yaml, and pushes it.
import { KyozoError } from '../../errors.ts'
import type { PushOutcome } from '../../git/push-outcome.ts'
import { committedFile, keyOf } from '../../stack/committed/file.ts'
import { rememberCommit, rememberText } from '../../store/compose-files.ts'
import { renewOperation } from '../../store/operation-leases.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { homeElsewhere, repositoryAway } from '../home.ts'
import { fetchingFor } from '../operations/about.ts'
import type { OperationContext } from '../operations/operation.ts'
import { askHost } from '../tip.ts'
import type { CommitBackFacts, CommitDecision, PullRequestDecision } from './decide.ts'
import type { WritingSubject } from './facts.ts'

/** Why nobody can push there; undefined when it can be tried. */
export function withoutCredential({ kyozo }: OperationContext, { workspace }: WritingSubject): string | undefined {
  const { forge, connection } = workspace
  if (forge === 'git') return undefined
  if (kyozo.connections.find(forge, connection ?? '')?.credential.kind !== 'none') return undefined
  return `compose.kyozo.yaml is not written back: the connection ${connection} has no credential; give it a token that may write contents, or switch commit-back off (commit_back: off)`
}

/** Stored before it is pushed, since the host tells of it at once. The same file always gives the same commit. */
export async function pushFile(
  context: OperationContext,
  { workspace, file }: WritingSubject,
  { decision, facts }: { readonly decision: CommitDecision | PullRequestDecision; readonly facts: CommitBackFacts },
): Promise<{ readonly sha: string; readonly outcome: PushOutcome }> {
  const { kyozo, lease, signal } = context
  const { to: ref, parent } = decision
  const person = { name: 'kyozo', email: `kyozo@${new URL(kyozo.config.baseUrl).hostname}` }
  const sha = await kyozo.mirrors.commit(workspace.id, {
    ...{ parent, message: decision.message, author: person, committer: person, date: file.updatedAt },
    changes: [{ path: committedFile, content: decision.text }],
  })
  await kyozo.db.transaction().execute(async (trx) => {
    if (!(await renewOperation(trx, lease))) throw new KyozoError('lease_lost', 'another worker has taken this operation over')
    const { generated } = facts.committed
    await rememberText(trx, placeOf(workspace), { key: keyOf(generated), generated })
    await rememberCommit(trx, placeOf(workspace), {
      sha,
      released: file.sha,
      saysWhatRuns: facts.committed.merged.conflicts.length === 0,
      proposedInto: decision.kind === 'pull_request' ? [`refs/heads/${decision.into}`] : [],
    })
  })
  const expected = decision.kind === 'commit' ? parent : decision.expected
  if (workspace.forge === 'git') {
    const home = await homeElsewhere(kyozo, workspace)
    // Whoever has the repository takes the operation up.
    if (home !== undefined) throw repositoryAway(workspace, home)
    return { sha, outcome: await kyozo.mirrors.moveBranch(workspace.id, { ref, sha, expected }) }
  }
  const outcome = await askHost({ ...fetchingFor(workspace, context), access: 'write' }, kyozo, (remote) =>
    kyozo.mirrors.push(workspace.id, { ...remote, ref, sha, expected, signal, team: workspace.teamId }),
  )
  return { sha, outcome }
}

export function placeOf({ id, teamId }: Workspace) {
  return { workspaceId: id, teamId }
}

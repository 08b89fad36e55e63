// What merging a pull request would do: its head is compared with where it left the base branch, as a laptop compares it before a push.
import { asKyozoError, type KyozoError } from '../../errors.ts'
import { diffTrees } from '../../git/diff-trees.ts'
import { readSource } from '../../git/load-source-tree.ts'
import type { ObjectReader } from '../../git/objects.ts'
import { keepingNames } from '../../review/kept-names.ts'
import { reviewChange } from '../../review/review-change.ts'
import { summarizeReview } from '../../review/summary.ts'
import { type Specified, specifyFromSource } from '../../stack/from-source.ts'
import { findEnvironmentByRef } from '../../store/environments.ts'
import type { PullRequest } from '../../store/pull-requests.ts'
import type { StoredReview } from '../../store/tables/previews.ts'
import { declarationName } from '../../topology/declaration/declaration.ts'
import { createMemory } from '../../topology/incremental/memory.ts'
import { identityOf } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import { type RunningBefore, runningBefore } from '../running-before.ts'
import { askHost, type Fetching, tipOf } from '../tip.ts'
import type { ReadPullRequest } from './read.ts'
import { branchName, type CommitRead, isDeclaredAlike } from './ruling.ts'

/** Throws what may be tried again; what is wrong with the head is the review. */
export async function reviewPullRequest(
  fetching: Fetching,
  kyozo: Kyozo,
  { pullRequest, read }: { readonly pullRequest: PullRequest; readonly read: ReadPullRequest },
): Promise<StoredReview> {
  const before = await parting(fetching, kyozo, { pullRequest, read })
  const besides = { baseSha: before.sha, notes: notesOn({ pullRequest, read }) }
  const memory = createMemory()
  const specify = (commit: CommitRead, running: RunningBefore) => specifyCommit(read.reader, commit, { kyozo, fetching, memory, running })
  try {
    const { folders } = read.head.listing
    const diff = diffTrees(before.listing, read.head.listing)
    const branch = await findEnvironmentByRef(kyozo.db, fetching.workspace.id, pullRequest.baseRef)
    const running = await runningBefore(kyozo.db, { ...before, reader: read.reader, environment: branch })
    // A pull request may mend what its base cannot run.
    const base = await specify(before, running).catch(passOver)
    const after = await specify(read.head, { before: base ?? null, diff })
    const review = reviewChange({ before: base ?? null, after, diff, hasFolder: (folder) => folders.has(folder) })
    return { ...summarizeReview(review), ...besides }
  } catch (thrown) {
    return { ...unreviewable(notRetryable(thrown)), ...besides }
  }
}

interface Subject {
  readonly pullRequest: PullRequest
  readonly read: ReadPullRequest
}

/** What its reader would otherwise expect of a kyozo.yaml that does not hold before the merge. */
function notesOn({ pullRequest: { isFork, baseRef }, read: { base, head, ruling } }: Subject): readonly string[] {
  const { branch } = ruling
  const notes: string[] = []
  if (isFork && !isDeclaredAlike(ruling.listing, head.listing))
    notes.push(
      `${declarationName} of this fork is not that of ${branch}: what runs before it is merged goes by that of ${branch}, and what merging would do by its own`,
    )
  if (ruling.ref !== baseRef && !isDeclaredAlike(ruling.listing, base.listing))
    notes.push(`No environment runs ${branchName(baseRef)}, so this preview goes by what ${declarationName} of ${branch} says of previews`)
  return notes
}

/** Where the head left the base branch; its tip where that is not to be found out. */
async function parting(fetching: Fetching, kyozo: Kyozo, { pullRequest, read }: Subject): Promise<CommitRead> {
  const { workspace, signal } = fetching
  const refs = [pullRequest.baseRef, pullRequest.ref] as const
  const ends = [read.base.sha, read.head.sha] as const
  const found = await askHost(fetching, kyozo, (remote) =>
    kyozo.mirrors.parting(workspace.id, { ...remote, refs, ends, signal, team: workspace.teamId }),
  ).catch((error: unknown) => {
    notRetryable(error)
    kyozo.log.info(
      { error, workspace: workspace.name },
      'where a pull request left its base is not known, so it is compared with the newest of that',
    )
    return undefined
  })
  if (found?.kind !== 'found' || found.sha === read.base.sha) return read.base
  const { reader } = read
  const known = await reader.readCommit(found.sha).catch(() => undefined)
  if (known === undefined) await tipOf(fetching, kyozo, found.sha)
  return { sha: found.sha, listing: await reader.listTree((await reader.readCommit(found.sha)).tree, read.base.listing) }
}

interface Specifying {
  readonly kyozo: Kyozo
  readonly fetching: Fetching
  readonly memory: ReturnType<typeof createMemory>
  /** Whose names its services keep. */
  readonly running: RunningBefore
}

async function specifyCommit(
  reader: ObjectReader,
  { sha, listing }: CommitRead,
  { kyozo, fetching, memory, running }: Specifying,
): Promise<Specified> {
  const { workspace } = fetching
  const { answer } = await readSource(reader, { ...listing, memory }, (tree) =>
    keepingNames(
      (keptNames) =>
        specifyFromSource(tree, {
          templates: kyozo.templates,
          identity: identityOf(kyozo.instance, workspace, { name: 'production' }),
          ...{ revision: sha, release: 'review', generation: 0, memory, keptNames },
          defaultLimits: workspace.defaultResourceLimits,
        }),
      running,
    ),
  )
  return answer
}

function passOver(thrown: unknown): undefined {
  notRetryable(thrown)
}

/** The same as a KyozoError; throws what somebody else has to see. */
function notRetryable(thrown: unknown): KyozoError {
  const error = asKyozoError(thrown)
  if (error.retryable || error.code === 'lease_lost' || error.code === 'internal') throw thrown
  return error
}

/** The first line says what is wrong, and the others where. */
function unreviewable({ message, hint }: KyozoError): Omit<StoredReview, 'baseSha' | 'notes'> {
  const [first = ''] = message.split('\n')
  const text = hint === undefined ? message : `${message}\n${hint}`
  return { title: `It cannot be deployed: ${first}`, markdown: '', text, conclusion: 'failure', changes: [], decisions: [], failed: text }
}

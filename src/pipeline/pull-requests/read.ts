// What a pull request holds, read from its repository: its head, the branch that it is to be merged into, and what rules its preview.
import { asKyozoError } from '../../errors.ts'
import type { PullRequest } from '../../store/pull-requests.ts'
import type { Kyozo } from '../kyozo.ts'
import { type Fetching, tipOf } from '../tip.ts'
import { type CommitRead, type Ruled, readRuling, readTip } from './ruling.ts'

/** What merging would do is told against `base`; what the preview may do is said by `ruling`, which is often the same. */
export interface ReadPullRequest extends Ruled {
  readonly head: CommitRead
  readonly base: CommitRead
}

/** Throws with a `repository_…` code, `revision_not_found`, or `declaration_invalid` for the ruling branch's kyozo.yaml. */
export async function readPullRequest(
  fetching: Fetching,
  kyozo: Kyozo,
  { ref, baseRef }: Pick<PullRequest, 'ref' | 'baseRef'>,
): Promise<ReadPullRequest> {
  const headSha = await tipOf(fetching, kyozo, ref)
  const ruled = await readRuling(fetching, kyozo, baseRef)
  const { reader, ruling } = ruled
  const base = ruling.ref === baseRef ? ruling : await readTip(fetching, kyozo, baseRef)
  const head = { sha: headSha, listing: await reader.listTree((await reader.readCommit(headSha)).tree) }
  return { ...ruled, head, base }
}

/** Whether a branch is there at this moment. What else is in the way is for who reads it to say. */
export async function hasBranch(fetching: Fetching, kyozo: Kyozo, ref: string): Promise<boolean> {
  try {
    await tipOf(fetching, kyozo, ref)
    return true
  } catch (thrown) {
    return asKyozoError(thrown).code !== 'revision_not_found'
  }
}

// What keeps a head from being read, and what may change that.
import type { ErrorCode, KyozoError } from '../../errors.ts'

/** It does so still after a few tries. */
export interface Unreadable {
  readonly error: KyozoError
}

type Failure = Pick<KyozoError, 'code'>

/** What a Git host answers for a moment to whoever may read a repository, and for good to who may not. */
const refusals: readonly ErrorCode[] = ['repository_unauthorized', 'repository_not_found', 'repository_url_refused']

export function isRefusal({ code }: Failure): boolean {
  return refusals.includes(code)
}

/** Hosts tell of a pull request before everybody can fetch its head, and refuse for a moment whom they let in otherwise. */
export function isSoonOver(failure: Failure): boolean {
  return failure.code === 'revision_not_found' || isRefusal(failure)
}

/** What is wrong with what was pushed is so until somebody pushes again, which is heard of; everything else may be over without a word. */
const wrongWithFiles: readonly ErrorCode[] = ['declaration_invalid', 'topology_too_large', 'repository_too_large']

export function waitsForPush({ code }: Failure): boolean {
  return wrongWithFiles.includes(code)
}

// Whether a push brings nothing but what kyozo runs already: then there is nothing to release. It goes by what the push holds, never by what a commit
// says of itself: whoever writes kyozo's words into a message, or another file beside kyozo's, is deployed as anybody is.
import { committedFile } from '../../stack/committed/file.ts'

export interface PushedChange {
  /** Every path that differs between the commit that the branch was released at last and where it leads now. */
  readonly changedPaths: readonly string[]
  /** The id of compose.kyozo.yaml there; null when it is not there. */
  readonly resultingBlob: string | null
  /** Ids of the texts that say what runs: those that this kyozo wrote, or proposed, for what is live on this branch. Of a proposal with conflicts there is none: it says something else. */
  readonly writtenBlobs: ReadonlySet<string>
}

export function isOwnCommit({ changedPaths, resultingBlob, writtenBlobs }: PushedChange): boolean {
  const [path, ...others] = changedPaths
  return path === committedFile && others.length === 0 && resultingBlob !== null && writtenBlobs.has(resultingBlob)
}

// What kyozo had generated for compose.kyozo.yaml, where no server remembers it: a version of the file that nobody had changed, or what the commit
// that it was written for generates again.
import { fileHistory } from '../git/file-history.ts'
import type { CommittedMemory } from '../stack/committed/base.ts'
import { committedFile, isUntouched, markOf } from '../stack/committed/file.ts'

/** Who reads the history further back has forgotten what he wrote. */
const versionsLimit = 100

export interface Remembering {
  readonly dir: string
  readonly ref: string | undefined
  /** The file as it stands. */
  readonly present: string
  /** What kyozo generates for a commit, with its mark. */
  readonly generate: (commit: string) => Promise<string>
}

/** Empty for a file without a mark, one that nobody has changed, and one whose past is not there. */
export async function rememberFromHistory({ dir, ref, present, generate }: Remembering): Promise<CommittedMemory> {
  const mark = markOf(present)
  if (mark === undefined || isUntouched(present)) return {}
  const versions = (await fileHistory(dir, { file: committedFile, ref, limit: versionsLimit })).filter(({ text }) => markOf(text) === mark)
  const untouched = versions.find(({ text }) => isUntouched(text))
  if (untouched !== undefined) return { settled: new Map([[mark, untouched.text]]) }
  const first = versions.at(-1)
  const generated = first === undefined ? undefined : await generate(first.commit).catch(() => undefined)
  return generated !== undefined && markOf(generated) === mark ? { settled: new Map([[mark, generated]]) } : {}
}

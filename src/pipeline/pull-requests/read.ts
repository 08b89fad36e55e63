// What a pull request holds, read from its repository: its head, and what the base branch says of previews.
import { TextDecoder } from 'node:util'
import { asKyozoError, KyozoError } from '../../errors.ts'
import type { ObjectReader, TreeListing } from '../../git/objects.ts'
import type { PullRequest } from '../../store/pull-requests.ts'
import { type DeclarationFile, declarationName, parseDeclaration } from '../../topology/declaration/declaration.ts'
import { type PreviewRules, previewRules } from '../../topology/declaration/preview-rules.ts'
import type { Kyozo } from '../kyozo.ts'
import { type Fetching, tipOf } from '../tip.ts'

export interface CommitRead {
  readonly sha: string
  readonly listing: TreeListing
}

export interface ReadPullRequest {
  readonly reader: ObjectReader
  readonly head: CommitRead
  readonly base: CommitRead
  readonly rules: PreviewRules
}

/** The largest kyozo.yaml that is read. */
const fileLimitBytes = 256 * 1024

/** Throws with a `repository_…` code, `revision_not_found`, or `declaration_invalid` for the base branch's kyozo.yaml. */
export async function readPullRequest(
  fetching: Fetching,
  kyozo: Kyozo,
  { ref, baseRef }: Pick<PullRequest, 'ref' | 'baseRef'>,
): Promise<ReadPullRequest> {
  const headSha = await tipOf(fetching, kyozo, ref)
  const base = await readBase(fetching, kyozo, baseRef)
  const head = { sha: headSha, listing: await base.reader.listTree((await base.reader.readCommit(headSha)).tree) }
  return { ...base, head }
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

/** The base branch's tip, and what its kyozo.yaml says of previews. */
export async function readBase(
  fetching: Fetching,
  kyozo: Kyozo,
  baseRef: string,
): Promise<Pick<ReadPullRequest, 'reader' | 'base' | 'rules'>> {
  const sha = await tipOf(fetching, kyozo, baseRef)
  const reader = await kyozo.mirrors.reader(fetching.workspace.id)
  const listing = await reader.listTree((await reader.readCommit(sha)).tree)
  return { reader, base: { sha, listing }, rules: await rulesOf(reader, listing, baseRef) }
}

/** kyozo.yaml of a commit; empty when it has none. Throws `declaration_invalid`. */
export async function declarationAt(reader: ObjectReader, { entries }: TreeListing): Promise<DeclarationFile['declaration']> {
  const entry = entries.get(declarationName)
  if (entry === undefined || (entry.mode !== '100644' && entry.mode !== '100755')) return {}
  const bytes = (await reader.readBlobs([entry.oid], fileLimitBytes)).get(entry.oid) ?? Buffer.alloc(0)
  return parseDeclaration(new TextDecoder().decode(bytes)).declaration
}

async function rulesOf(reader: ObjectReader, listing: TreeListing, baseRef: string): Promise<PreviewRules> {
  try {
    return previewRules(await declarationAt(reader, listing))
  } catch (thrown) {
    const { code, message } = asKyozoError(thrown)
    if (code !== 'declaration_invalid') throw thrown
    throw new KyozoError(
      'declaration_invalid',
      `${declarationName} of ${baseRef.replace('refs/heads/', '')} is wrong, and it says what previews may do: ${message}`,
      {
        hint: `correct ${declarationName} on that branch`,
      },
    )
  }
}

/** The files of a fork's head as they are analyzed: with the base branch's kyozo.yaml, so that no pull request gives itself more than it may have. */
export function withDeclarationOf(base: TreeListing, head: TreeListing): TreeListing {
  const entry = base.entries.get(declarationName)
  if (head.entries.get(declarationName)?.oid === entry?.oid) return head
  const entries = new Map(head.entries)
  if (entry === undefined) entries.delete(declarationName)
  else entries.set(declarationName, entry)
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  // Its nested form is made anew of the entries.
  const { root: _, ...rest } = head as TreeListing & { readonly root?: unknown }
  return { ...rest, entries: new Map(sorted) }
}

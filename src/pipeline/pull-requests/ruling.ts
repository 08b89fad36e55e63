// Whose kyozo.yaml rules the preview of a pull request. Anybody who may push can make a branch and point a pull request at it, so a base branch rules only
// where an environment runs it, which the default branch's kyozo.yaml or a person decided. Everything else goes by the default branch.
import { TextDecoder } from 'node:util'
import { asKyozoError, KyozoError } from '../../errors.ts'
import type { ObjectReader, TreeListing } from '../../git/objects.ts'
import type { Executor } from '../../store/database.ts'
import { findEnvironmentByRef } from '../../store/environments.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { type DeclarationFile, declarationName, parseDeclaration } from '../../topology/declaration/declaration.ts'
import { type PreviewRules, previewRules } from '../../topology/declaration/preview-rules.ts'
import type { Kyozo } from '../kyozo.ts'
import { type Fetching, tipOf } from '../tip.ts'

export interface CommitRead {
  readonly sha: string
  readonly listing: TreeListing
}

/** The tip of the branch that rules a preview. */
export interface RulingBranch extends CommitRead {
  readonly ref: string
  /** As people call it. */
  readonly branch: string
}

export interface Ruled {
  readonly reader: ObjectReader
  readonly ruling: RulingBranch
  readonly rules: PreviewRules
}

/** The largest kyozo.yaml that is read. */
const fileLimitBytes = 256 * 1024

/** The base branch where an environment runs it, and the default branch for any other base. */
export async function rulingRef(
  db: Executor,
  { id, defaultBranch }: Pick<Workspace, 'id' | 'defaultBranch'>,
  baseRef: string,
): Promise<string> {
  const environment = await findEnvironmentByRef(db, id, baseRef)
  return environment?.kind === 'branch' ? baseRef : `refs/heads/${defaultBranch}`
}

/** Throws with a `repository_…` code, `revision_not_found`, or `declaration_invalid` for the ruling branch's kyozo.yaml. */
export async function readRuling(fetching: Fetching, kyozo: Kyozo, baseRef: string): Promise<Ruled> {
  const ref = await rulingRef(kyozo.db, fetching.workspace, baseRef)
  const { reader, ...commit } = await readTip(fetching, kyozo, ref)
  const ruling = { ...commit, ref, branch: branchName(ref) }
  return { reader, ruling, rules: await rulesOf(reader, ruling) }
}

export async function readTip(fetching: Fetching, kyozo: Kyozo, ref: string): Promise<CommitRead & Pick<Ruled, 'reader'>> {
  const sha = await tipOf(fetching, kyozo, ref)
  const reader = await kyozo.mirrors.reader(fetching.workspace.id)
  return { reader, sha, listing: await reader.listTree((await reader.readCommit(sha)).tree) }
}

export function branchName(ref: string): string {
  return ref.replace(/^refs\/heads\//, '')
}

/** kyozo.yaml of a commit; empty when it has none. Throws `declaration_invalid`. */
export async function declarationAt(reader: ObjectReader, { entries }: TreeListing): Promise<DeclarationFile['declaration']> {
  const entry = entries.get(declarationName)
  if (entry === undefined || (entry.mode !== '100644' && entry.mode !== '100755')) return {}
  const bytes = (await reader.readBlobs([entry.oid], fileLimitBytes)).get(entry.oid) ?? Buffer.alloc(0)
  return parseDeclaration(new TextDecoder().decode(bytes)).declaration
}

async function rulesOf(reader: ObjectReader, { listing, branch }: RulingBranch): Promise<PreviewRules> {
  try {
    return previewRules(await declarationAt(reader, listing))
  } catch (thrown) {
    const { code, message } = asKyozoError(thrown)
    if (code !== 'declaration_invalid') throw thrown
    throw new KyozoError('declaration_invalid', `${declarationName} of ${branch} is wrong, and it says what previews may do: ${message}`, {
      hint: `correct ${declarationName} on that branch`,
    })
  }
}

/** Whether both say the same of themselves: the same file, or none. */
export function isDeclaredAlike(one: TreeListing, other: TreeListing): boolean {
  return one.entries.get(declarationName)?.oid === other.entries.get(declarationName)?.oid
}

/** The files of a fork's head as they are analyzed: with the ruling branch's kyozo.yaml, so that no pull request gives itself more than it may have. */
export function withDeclarationOf(ruling: TreeListing, head: TreeListing): TreeListing {
  if (isDeclaredAlike(ruling, head)) return head
  const entry = ruling.entries.get(declarationName)
  const entries = new Map(head.entries)
  if (entry === undefined) entries.delete(declarationName)
  else entries.set(declarationName, entry)
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  // Its nested form is made anew of the entries.
  const { root: _, ...rest } = head as TreeListing & { readonly root?: unknown }
  return { ...rest, entries: new Map(sorted) }
}

// Where two commits parted, found by their objects: on a server that has a part of a repository it matters whether there is no common commit, or
// whether what is here does not reach back to it.

import { createQueue } from './commit-queue.ts'
import type { CommitLinks, ObjectReader } from './objects.ts'

export type MergeBase =
  | { readonly kind: 'found'; readonly sha: string }
  /** The histories have no commit in common. */
  | { readonly kind: 'none' }
  /** Not known here: history goes on with these commits, which the repository does not have. */
  | { readonly kind: 'unknown'; readonly missing: readonly string[] }
  /** It takes more commits than were to be looked at. */
  | { readonly kind: 'too_far'; readonly limit: number }

/** Far more than lies between a branch and its base, in very large repositories too. */
const usualLimit = 200_000

type LinkReader = Pick<ObjectReader, 'readLinks'>
type Ends = readonly [string, string]

/**
 * The newest common ancestor of two commits, which are named by their whole ids; what `git merge-base` says in a whole repository. Of several
 * that are no ancestors of one another the youngest. Throws what the reader throws.
 */
export async function mergeBase(
  reader: LinkReader,
  ends: Ends,
  { limit = usualLimit }: { readonly limit?: number } = {},
): Promise<MergeBase> {
  const history = remember(reader)
  const walked = await walk(history, ends, limit)
  if (walked.kind !== 'common') return walked
  const newestFirst = await byAge(history, walked.commits)
  const [newest] = await withoutAncestors(history, newestFirst, limit)
  return newest === undefined ? { kind: 'none' } : { kind: 'found', sha: newest }
}

type Links = (commit: string) => Promise<CommitLinks | undefined>

/** The reader gives many commits at once: each is asked for once. */
function remember(reader: LinkReader): Links {
  const known = new Map<string, CommitLinks>()
  return async (commit) => {
    if (!known.has(commit)) for (const [one, links] of await reader.readLinks(commit)) known.set(one, links)
    return known.get(commit)
  }
}

/** What is known of a commit: an ancestor of the one end, of the other, or of something that both have in common. */
const first = 1
const second = 2
const both = first | second
const beyond = 4

type Walked = Exclude<MergeBase, { readonly kind: 'found' | 'none' }> | { readonly kind: 'common'; readonly commits: readonly string[] }

/**
 * From both ends back, the youngest commit first, until all that is left to look at lies beyond a common commit. Clocks that are wrong make the
 * walk longer, and may leave an ancestor among what was found.
 */
async function walk(links: Links, ends: Ends, limit: number): Promise<Walked> {
  const marks = new Map<string, number>()
  const queue = createQueue()
  const open = new Set<string>()
  const absent = new Set<string>()
  const common = new Set<string>()
  const mark = async (commit: string, bits: number) => {
    const known = marks.get(commit) ?? 0
    if ((known | bits) === known) return
    marks.set(commit, known | bits)
    const found = await links(commit)
    if (found === undefined) absent.add(commit)
    else queue.add(commit, found.committedAt)
    if (found === undefined || bits & beyond) open.delete(commit)
    else open.add(commit)
  }
  await mark(ends[0], first)
  await mark(ends[1], second)
  for (let looked = 0; open.size > 0; looked++) {
    if (looked === limit) return { kind: 'too_far', limit }
    const commit = queue.take()!
    open.delete(commit)
    const bits = marks.get(commit)!
    const isCommon = (bits & both) === both
    if (isCommon && !(bits & beyond)) common.add(commit)
    for (const parent of (await links(commit))?.parents ?? []) await mark(parent, isCommon ? both | beyond : bits)
  }
  const isNearest = (commit: string) => !(marks.get(commit)! & beyond)
  const missing = [...absent].filter(isNearest).sort()
  return missing.length > 0 ? { kind: 'unknown', missing } : { kind: 'common', commits: [...common].filter(isNearest) }
}

async function byAge(links: Links, commits: readonly string[]): Promise<readonly string[]> {
  const dated = await Promise.all(commits.map(async (commit) => ({ commit, at: (await links(commit))?.committedAt ?? 0 })))
  return dated.sort((a, b) => b.at - a.at || (a.commit < b.commit ? -1 : 1)).map(({ commit }) => commit)
}

/** More than branches that were merged into one another ever have. */
const comparedLimit = 8

async function withoutAncestors(links: Links, commits: readonly string[], limit: number): Promise<readonly string[]> {
  const kept: string[] = []
  const compared = commits.slice(0, comparedLimit)
  for (const commit of compared) {
    const others = compared.filter((other) => other !== commit)
    const descended = await Promise.all(others.map((other) => isAncestor(links, [commit, other], limit)))
    if (!descended.includes(true)) kept.push(commit)
  }
  return kept
}

async function isAncestor(links: Links, [older, younger]: Ends, limit: number): Promise<boolean> {
  const walked = await walk(links, [older, younger], limit)
  return walked.kind === 'common' && walked.commits.includes(older)
}

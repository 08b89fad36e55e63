// The header of a commit as Git stores it, as far as it says where the commit stands in history.
import type { CommitLinks } from './objects.ts'

/** A commit of a megabyte can name 20,000 parents; nobody merges so many branches at once. */
const parentsLimit = 256

/** Undefined for what is no whole commit. A date that is none counts as the oldest. */
export function linksIn(commit: string): CommitLinks | undefined {
  const end = commit.indexOf('\n\n')
  const header = `${end < 0 ? commit : commit.slice(0, end)}\n`
  if (!/^tree [0-9a-f]{40}\n/.test(header)) return undefined
  // A line that goes on with the one before, as a signature's do, begins with a blank.
  const parents = [...header.matchAll(/^parent ([0-9a-f]{40})$/gm)].map(([, parent]) => parent!)
  const committedAt = Number(/^committer .{0,2000}> (\d{1,15}) [+-]\d{4}$/m.exec(header)?.[1] ?? 0)
  return { parents: parents.slice(0, parentsLimit), committedAt }
}

/** Calls `onCommit` for each commit of what `git log --format=raw` prints: its true parents, in a shallow repository too. */
export function rawLog(onCommit: (commit: string, links: CommitLinks) => void): (chunk: Buffer) => void {
  let rest = ''
  let open: { readonly commit: string; header: string } | undefined
  const onLine = (line: string) => {
    const [, commit] = /^commit ([0-9a-f]{40})/.exec(line) ?? []
    if (commit !== undefined) open = { commit, header: '' }
    else if (open === undefined) return
    else if (line !== '') open.header = `${open.header}${line}\n`.slice(0, headerLimit)
    else {
      const links = linksIn(open.header)
      if (links !== undefined) onCommit(open.commit, links)
      // What follows is the message, whatever it looks like.
      open = undefined
    }
  }
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = (lines.pop() ?? '').slice(0, headerLimit)
    for (const line of lines) onLine(line)
  }
}

/** Of one commit's header, signature included. */
const headerLimit = 256 * 1024

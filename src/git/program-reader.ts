// Objects through the git program: `ls-tree` and `cat-file --batch`, streamed, with limits that stop the child.
import { KyozoError } from '../errors.ts'
import { rawLog } from './commit-links.ts'
import { nulRecords, runGit } from './git-program.ts'
import {
  type CommitInfo,
  type CommitLinks,
  linksAtOnce,
  type ObjectReader,
  pathLengthLimit,
  type TreeListing,
  treeDepthLimit,
  treeEntryLimit,
} from './objects.ts'
import type { TreeEntry } from './source-tree.ts'

/** Reading objects that are on the disk already; minutes mean a broken disk. */
const readDeadlineMs = 60_000

export function programReader(gitDir: string): ObjectReader {
  return {
    readCommit: (revision) => readCommit(gitDir, revision),
    listTree: (tree) => listTree(gitDir, tree),
    readBlobs: (oids, limitBytes) => readBlobs(gitDir, oids, limitBytes),
    readLinks: (commit) => readLinks(gitDir, commit),
  }
}

async function readCommit(gitDir: string, revision: string): Promise<CommitInfo> {
  const done = await runGit({
    gitDir,
    args: ['log', '-1', '--format=%H%x00%T%x00%s%x00%an', '--no-show-signature', '--end-of-options', `${revision}^{commit}`, '--'],
    deadlineMs: readDeadlineMs,
  })
  const [sha, tree, subject, author] = done.stdout.toString('utf8').trimEnd().split('\0')
  if (done.exitCode !== 0 || sha === undefined || tree === undefined) {
    throw new KyozoError('revision_not_found', `there is no commit ${JSON.stringify(revision)} in this repository`, {
      hint: 'was it force-pushed away, or is the name misspelt?',
    })
  }
  return { sha, tree, subject: subject ?? '', author: author ?? '' }
}

async function listTree(gitDir: string, tree: string): Promise<TreeListing> {
  const entries = new Map<string, TreeEntry>()
  const folders = new Map<string, string>([['.', tree]])
  const stop = new AbortController()
  const onRecord = (record: string) => {
    if (stop.signal.aborted) return
    const tab = record.indexOf('\t')
    const [mode, type, oid] = record.slice(0, tab).split(' ')
    const path = record.slice(tab + 1)
    const tooLarge = whyTooLarge(entries.size + folders.size, path)
    if (tooLarge !== undefined) {
      stop.abort(
        new KyozoError('repository_too_large', tooLarge, {
          hint: 'remove or flatten what is so deep or so large, or split the repository; what `ignore` in kyozo.yaml names is read all the same',
        }),
      )
      return
    }
    if (type === 'tree') folders.set(path, oid!)
    else entries.set(path, { mode: mode as TreeEntry['mode'], oid: oid! })
  }
  const done = await runGit({
    gitDir,
    args: ['ls-tree', '-r', '-t', '-z', '--full-tree', tree],
    deadlineMs: readDeadlineMs,
    onStdout: nulRecords(onRecord),
    signal: stop.signal,
  })
  stop.signal.throwIfAborted()
  if (done.exitCode !== 0) throw corrupt(tree, done.stderr)
  return { tree, entries, folders }
}

function whyTooLarge(count: number, path: string): string | undefined {
  if (count > treeEntryLimit) return `the commit holds more than ${treeEntryLimit} paths`
  if (path.length > pathLengthLimit) return `the path ${JSON.stringify(path.slice(0, 80))}… is longer than ${pathLengthLimit} characters`
  if (path.split('/').length > treeDepthLimit)
    return `the path ${JSON.stringify(path.slice(0, 80))}… is more than ${treeDepthLimit} folders deep`
  return undefined
}

async function readBlobs(gitDir: string, oids: readonly string[], limitBytes: number): Promise<ReadonlyMap<string, Buffer | null>> {
  const contents = new Map<string, Buffer | null>()
  if (oids.length === 0) return contents
  const sizes = await blobSizes(gitDir, oids)
  const small = [...sizes].filter(([, size]) => size <= limitBytes).map(([oid]) => oid)
  for (const [oid, size] of sizes) if (size > limitBytes) contents.set(oid, null)
  if (small.length === 0) return contents
  const parser = batchParser(contents)
  const done = await runGit({
    gitDir,
    args: ['cat-file', '--batch'],
    deadlineMs: readDeadlineMs,
    input: `${small.join('\n')}\n`,
    onStdout: parser,
  })
  if (done.exitCode !== 0) throw corrupt(small[0]!, done.stderr)
  return contents
}

async function blobSizes(gitDir: string, oids: readonly string[]): Promise<Map<string, number>> {
  const done = await runGit({
    gitDir,
    args: ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'],
    deadlineMs: readDeadlineMs,
    input: `${oids.join('\n')}\n`,
    outputLimitBytes: 64 * 1024 ** 2,
  })
  const sizes = new Map<string, number>()
  for (const line of done.stdout.toString('utf8').trimEnd().split('\n')) {
    const [oid, type, size] = line.split(' ')
    if (type !== 'blob') throw corrupt(oid ?? '?', `expected a blob, found: ${line}`)
    sizes.set(oid!, Number(size))
  }
  return sizes
}

/** `cat-file --batch` prints `<oid> <type> <size>\n<content>\n` for each object. */
export function batchParser(contents: Map<string, Buffer | null>): (chunk: Buffer) => void {
  let pending: Buffer[] = []
  let size = 0
  let open: { oid: string; length: number } | undefined
  const joined = (): Buffer => {
    const all = pending.length === 1 ? pending[0]! : Buffer.concat(pending)
    pending = [all]
    return all
  }
  const drop = (count: number) => {
    const rest = joined().subarray(count)
    pending = [rest]
    size = rest.length
  }
  const readHeader = (): boolean => {
    const end = joined().indexOf(10)
    if (end < 0) return false
    const [oid, , length] = joined().toString('latin1', 0, end).split(' ')
    open = { oid: oid!, length: Number(length) }
    drop(end + 1)
    return true
  }
  return (chunk) => {
    pending.push(chunk)
    size += chunk.length
    for (;;) {
      if (open === undefined && (size === 0 || !readHeader())) return
      // The content is followed by one line feed.
      if (open === undefined || size < open.length + 1) return
      contents.set(open.oid, Buffer.from(joined().subarray(0, open.length)))
      drop(open.length + 1)
      open = undefined
    }
  }
}

async function readLinks(gitDir: string, commit: string): Promise<ReadonlyMap<string, CommitLinks>> {
  const found = new Map<string, CommitLinks>()
  const done = await runGit({
    gitDir,
    args: ['log', '--format=raw', '--no-show-signature', '--no-decorate', `--max-count=${linksAtOnce}`, '--end-of-options', commit, '--'],
    deadlineMs: readDeadlineMs,
    onStdout: rawLog((sha, links) => found.set(sha, links)),
  })
  if (done.exitCode === 0 || found.has(commit)) return found
  if (await isMissing(gitDir, commit)) return new Map()
  throw corrupt(commit, done.stderr)
}

async function isMissing(gitDir: string, oid: string): Promise<boolean> {
  const done = await runGit({ gitDir, args: ['cat-file', '--batch-check'], deadlineMs: readDeadlineMs, input: `${oid}\n` })
  return done.exitCode === 0 && done.stdout.toString('utf8').trimEnd() === `${oid} missing`
}

function corrupt(object: string, detail: string): KyozoError {
  return new KyozoError(
    'repository_corrupt',
    `Git object ${object.slice(0, 12)} could not be read: ${detail.trim().split('\n').at(-1) ?? ''}`,
    {
      hint: 'run git fsck in your clone and push again',
    },
  )
}

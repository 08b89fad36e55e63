// What kyozo reads repositories through: objects straight from the repository's files, and the git program for names of commits and for everything
// that is unusual (alternates, other formats, damaged packs), so that a strange repository is slower and never another.
import { setImmediate } from 'node:timers/promises'
import { KyozoError } from '../errors.ts'
import { linksIn } from './commit-links.ts'
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
import { type ObjectFiles, openObjectFiles } from './pack-objects.ts'
import { programReader } from './program-reader.ts'
import type { TreeEntry } from './source-tree.ts'
import { createTreeNode, entriesOf, folderIdsOf, type TreeNode } from './tree-node.ts'

export function objectReader(gitDir: string): ObjectReader {
  const program = programReader(gitDir)
  const withFiles = async <T>(read: (files: ObjectFiles) => Promise<T>): Promise<T> => {
    const files = openObjectFiles(gitDir)
    try {
      return await read(files)
    } finally {
      files.close()
    }
  }
  return {
    readCommit: (revision) => withFiles(async (files) => readCommit(files, revision) ?? program.readCommit(revision)),
    listTree: (tree, base) => withFiles(async (files) => (await listTree(files, tree, base?.root)) ?? program.listTree(tree)),
    readBlobs: (oids, limitBytes) =>
      withFiles(async (files) => {
        const { contents, others } = await readBlobs(files, oids, limitBytes)
        return others.length === 0 ? contents : new Map([...contents, ...(await program.readBlobs(others, limitBytes))])
      }),
    readLinks: (commit) =>
      withFiles(async (files) => {
        const links = await readLinks(files, commit)
        return links.has(commit) ? links : program.readLinks(commit)
      }),
  }
}

const commitLimitBytes = 1024 ** 2
const treeLimitBytes = 16 * 1024 ** 2

/** How long others wait while files are read; then they get their turn. */
const turnMs = 10

function createTurns(): () => Promise<void> | undefined {
  let began = performance.now()
  return () => {
    if (performance.now() - began < turnMs) return undefined
    return setImmediate().then(() => {
      began = performance.now()
    })
  }
}

/** Only a whole id: names are the git program's to resolve. */
function readCommit(files: ObjectFiles, revision: string): CommitInfo | undefined {
  const found = /^[0-9a-f]{40}$/.test(revision) ? files.read(revision, commitLimitBytes) : undefined
  if (found?.kind !== 'commit' || found.content === null) return undefined
  const text = found.content.toString('utf8')
  const end = text.indexOf('\n\n')
  const headers = end < 0 ? text : text.slice(0, end)
  const tree = /^tree ([0-9a-f]{40})$/m.exec(headers)?.[1]
  const author = /^author (.{0,1000}?) ?<[^<>\n]{0,1000}> \d{1,20} [+-]\d{4}$/m.exec(headers)?.[1]
  // Another encoding is the git program's to convert.
  if (tree === undefined || author === undefined || /^encoding /m.test(headers)) return undefined
  return { sha: revision, tree, subject: subjectOf(end < 0 ? '' : text.slice(end + 2)), author }
}

/** The nearest ancestors first. What cannot be read this way is left out, and asked for by itself when somebody follows history there. */
async function readLinks(files: ObjectFiles, commit: string): Promise<ReadonlyMap<string, CommitLinks>> {
  const found = new Map<string, CommitLinks>()
  const seen = new Set([commit])
  const turn = createTurns()
  for (const next of seen) {
    if (found.size === linksAtOnce) break
    const object = files.read(next, commitLimitBytes)
    const links = object?.kind === 'commit' && object.content !== null ? linksIn(object.content.toString('latin1')) : undefined
    if (links === undefined) continue
    found.set(next, links)
    for (const parent of links.parents) seen.add(parent)
    await turn()
  }
  return found
}

/** The first paragraph on one line. */
function subjectOf(message: string): string {
  const lines = message.slice(0, 10_000).split('\n')
  const start = lines.findIndex((line) => line.trim() !== '')
  if (start < 0) return ''
  const end = lines.findIndex((line, index) => index > start && line.trim() === '')
  return lines
    .slice(start, end < 0 ? lines.length : end)
    .map((line) => line.trimEnd())
    .join(' ')
}

async function readBlobs(
  files: ObjectFiles,
  oids: readonly string[],
  limitBytes: number,
): Promise<{ readonly contents: Map<string, Buffer | null>; readonly others: string[] }> {
  const contents = new Map<string, Buffer | null>()
  const others: string[] = []
  const turn = createTurns()
  for (const oid of oids) {
    const found = files.read(oid, limitBytes)
    if (found?.kind === 'blob') contents.set(oid, found.content)
    else others.push(oid)
    await turn()
  }
  return { contents, others }
}

interface Walk {
  readonly files: ObjectFiles
  /** Trees by id: an equal one is read once, however often it appears. */
  readonly known: Map<string, TreeNode>
  readonly turn: () => Promise<void> | undefined
  /** Files and folders in the trees that were read. */
  read: number
}

async function listTree(files: ObjectFiles, tree: string, base: TreeNode | undefined): Promise<TreeListing | undefined> {
  const walk: Walk = { files, known: new Map(), turn: createTurns(), read: 0 }
  const root = await readTree(walk, { oid: tree, path: '' }, base)
  return root === undefined ? undefined : { tree, root, entries: entriesOf(root), folders: folderIdsOf(root) }
}

interface Place {
  readonly oid: string
  /** Ends with a slash, or is empty for the root. */
  readonly path: string
}

/** Undefined when a tree below cannot be read this way. */
async function readTree(walk: Walk, place: Place, base: TreeNode | undefined): Promise<TreeNode | undefined> {
  const node = base?.oid === place.oid ? base : (walk.known.get(place.oid) ?? (await readNewTree(walk, place, base)))
  if (node === undefined) return undefined
  walk.known.set(place.oid, node)
  const tooLarge = whyTooLarge(node, place.path)
  if (tooLarge !== undefined) throw tooLargeError(tooLarge)
  return node
}

async function readNewTree(walk: Walk, { oid, path }: Place, base: TreeNode | undefined): Promise<TreeNode | undefined> {
  if (depthOf(path) > treeDepthLimit) throw tooLargeError(tooDeep(path))
  const content = walk.files.read(oid, treeLimitBytes)
  if (content?.kind !== 'tree' || content.content === null) return undefined
  const files = new Map<string, TreeEntry>()
  const folders = new Map<string, TreeNode>()
  for (const { mode, name, oid: child } of treeItems(content.content)) {
    if (++walk.read > treeEntryLimit) throw tooLargeError(tooMany)
    if (mode !== '40000') {
      const entry = asEntry(mode, child)
      if (entry === undefined) return undefined
      files.set(name, entry)
      continue
    }
    await walk.turn()
    const below = await readTree(walk, { oid: child, path: `${path}${name}/` }, base?.folders.get(name))
    if (below === undefined) return undefined
    folders.set(name, below)
  }
  return createTreeNode(oid, files, folders)
}

interface TreeItem {
  readonly mode: string
  readonly name: string
  readonly oid: string
}

/** `<mode> <name>\0<20 bytes of id>`, one after the other. */
function* treeItems(content: Buffer): Generator<TreeItem> {
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(32, at)
    const end = content.indexOf(0, space)
    if (space < 0 || end < 0 || end + 21 > content.length) return
    yield {
      mode: content.toString('latin1', at, space),
      name: content.toString('utf8', space + 1, end),
      oid: content.toString('hex', end + 1, end + 21),
    }
    at = end + 21
  }
}

/** Undefined for a mode that Git does not write. */
function asEntry(mode: string, oid: string): TreeEntry | undefined {
  switch (mode) {
    case '100644':
    case '100755':
    case '120000':
    case '160000':
      return { mode, oid }
    default:
      return undefined
  }
}

const tooMany = `the commit holds more than ${treeEntryLimit} paths`

function whyTooLarge(node: TreeNode, path: string): string | undefined {
  if (node.fileCount + node.folderCount > treeEntryLimit) return tooMany
  if (path.length + node.longestPath > pathLengthLimit)
    return `the path ${JSON.stringify(path.slice(0, 80))}… is longer than ${pathLengthLimit} characters`
  return depthOf(path) + node.height > treeDepthLimit ? tooDeep(path) : undefined
}

function tooDeep(path: string): string {
  return `the path ${JSON.stringify(path.slice(0, 80))}… is more than ${treeDepthLimit} folders deep`
}

function depthOf(path: string): number {
  return path.split('/').length - 1
}

function tooLargeError(message: string): KyozoError {
  return new KyozoError('repository_too_large', message, {
    hint: 'remove or flatten what is so deep or so large, or split the repository; what `ignore` in kyozo.yaml names is read all the same',
  })
}

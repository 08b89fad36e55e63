// A commit made of Git objects alone: blobs, the trees above them, and the commit. No work tree, no index, no hook; what is not named keeps its object.
import { KyozoError } from '../errors.ts'
import { runGit } from './git-program.ts'

export interface Person {
  readonly name: string
  readonly email: string
}

export interface NewCommit {
  /** The full id of the commit that it comes after; its trees must be in the repository. */
  readonly parent: string
  /** Files as they are to be, by their paths from the root. */
  readonly changes: readonly { readonly path: string; readonly content: string }[]
  readonly message: string
  readonly author: Person
  readonly committer: Person
  /** Of both. The same input always gives the same commit. */
  readonly date: Date
}

const deadlineMs = 60_000

/** The id of the commit; that of the parent when nothing differs. No branch leads to it. Throws `revision_not_found` when the parent is not there. */
export async function writeCommit(gitDir: string, commit: NewCommit): Promise<string> {
  const before = await treeOf(gitDir, commit.parent)
  const blobs = new Map<string, string>()
  for (const { path, content } of commit.changes)
    blobs.set(checkedPath(path), await write(gitDir, { args: ['hash-object', '-w', '--stdin'], input: content }))
  const tree = await writeTree(gitDir, before, blobs)
  if (tree === before) return commit.parent
  return write(gitDir, { args: ['commit-tree', tree, '-p', commit.parent, '-F', '-'], input: commit.message, env: signature(commit) })
}

async function treeOf(gitDir: string, parent: string): Promise<string> {
  const done = await runGit({ gitDir, args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${parent}^{tree}`], deadlineMs })
  const tree = done.stdout.toString('utf8').trim()
  if (done.exitCode === 0 && isId(parent) && isId(tree)) return tree
  throw new KyozoError('revision_not_found', `there is no commit ${JSON.stringify(parent)} in ${gitDir} to add one to`, {
    hint: 'was it force-pushed away?',
  })
}

function isId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

function checkedPath(path: string): string {
  const parts = path.split('/')
  if (!/[\0\\]/.test(path) && parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/^\.git$/i.test(part))) return path
  throw new KyozoError('internal', `${JSON.stringify(path)} is not the path of a file in a repository`)
}

/** `tree` with these blobs in it, by their paths below it; null is a folder that is not there yet. */
async function writeTree(gitDir: string, tree: string | null, blobs: ReadonlyMap<string, string>): Promise<string> {
  const items = tree === null ? new Map<string, TreeItem>() : await readTree(gitDir, tree)
  const below = new Map<string, Map<string, string>>()
  for (const [path, oid] of blobs) {
    const [name = '', ...rest] = path.split('/')
    const key = asBytes(name)
    if (rest.length > 0) below.set(key, (below.get(key) ?? new Map<string, string>()).set(rest.join('/'), oid))
    else items.set(key, { mode: fileModes.has(items.get(key)?.mode ?? '') ? items.get(key)!.mode : '100644', kind: 'blob', oid })
  }
  for (const [name, inner] of below) {
    const held = items.get(name)
    const oid = await writeTree(gitDir, held?.kind === 'tree' ? held.oid : null, inner)
    items.set(name, { mode: '040000', kind: 'tree', oid })
  }
  const input = [...items].map(([name, { mode, kind, oid }]) => `${mode} ${kind} ${oid}\t${name}\0`).join('')
  // What stands beside may be missing from a mirror that holds little, and is not looked at.
  return write(gitDir, { args: ['mktree', '-z', '--missing'], input: Buffer.from(input, 'latin1') })
}

interface TreeItem {
  readonly mode: string
  readonly kind: string
  readonly oid: string
}

/** What is executable stays so. */
const fileModes: ReadonlySet<string> = new Set(['100644', '100755'])

/** By name, byte for byte: names need not be UTF-8. */
async function readTree(gitDir: string, tree: string): Promise<Map<string, TreeItem>> {
  const done = await runGit({ gitDir, args: ['ls-tree', '-z', '--end-of-options', tree], deadlineMs, outputLimitBytes: 64 * 1024 ** 2 })
  if (done.exitCode !== 0 || done.wasTruncated)
    throw new KyozoError('repository_corrupt', `the tree ${tree} could not be read in ${gitDir}: ${done.stderr.trim()}`)
  const records = done.stdout.toString('latin1').split('\0').slice(0, -1)
  return new Map(
    records.map((record) => {
      const [mode = '', kind = '', oid = ''] = record.slice(0, record.indexOf('\t')).split(' ')
      return [record.slice(record.indexOf('\t') + 1), { mode, kind, oid }] as const
    }),
  )
}

function asBytes(name: string): string {
  return Buffer.from(name, 'utf8').toString('latin1')
}

function signature({ author, committer, date }: NewCommit): Record<string, string> {
  const at = `@${Math.floor(date.getTime() / 1000)} +0000`
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: at,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: at,
  }
}

interface Writing {
  readonly args: readonly string[]
  readonly input: string | Buffer
  readonly env?: Readonly<Record<string, string>>
}

async function write(gitDir: string, call: Writing): Promise<string> {
  const done = await runGit({ gitDir, deadlineMs, ...call })
  const id = done.stdout.toString('utf8').trim()
  if (done.exitCode === 0 && isId(id)) return id
  throw new KyozoError('internal', `git ${call.args[0]} failed in ${gitDir}: ${done.stderr.trim().slice(-500)}`, {
    hint: 'check the data directory’s disk and rights',
  })
}

// A folder on a laptop, read as the server reads a commit: a bare repository, a work tree as it stands, or a plain folder. Nothing is written.
import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, statSync } from 'node:fs'
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import path from 'node:path'
import { KyozoError } from '../errors.ts'
import { runGit } from './git-program.ts'
import { mergeBase } from './merge-base.ts'
import { objectReader } from './object-reader.ts'
import { type CommitInfo, type ObjectReader, type TreeListing, treeDepthLimit, treeEntryLimit } from './objects.ts'
import type { TreeEntry } from './source-tree.ts'

export interface OpenedFolder {
  readonly reader: ObjectReader
  readonly listing: TreeListing
  /** Null for a plain folder and for a repository without a commit. */
  readonly commit: CommitInfo | null
  /** Whether files differ from the commit. */
  readonly hasChanges: boolean
}

const gitMs = 30_000

/** Throws `not_found` when there is no such folder, `revision_not_found` for an unknown ref. */
export async function openFolder(folder: string, ref?: string): Promise<OpenedFolder> {
  const at = path.resolve(folder)
  const kind = await stat(at).catch(() => undefined)
  if (!kind?.isDirectory())
    throw new KyozoError('not_found', `${folder} is not a folder`, { hint: 'name a Git work tree, a bare repository or a plain folder' })
  const repository = await repositoryOf(at)
  if (repository === undefined) {
    if (ref !== undefined) throw new KyozoError('revision_not_found', `${folder} is not a Git repository, so it has no ${ref}`)
    return openPlainFolder(at)
  }
  if (ref !== undefined || repository.isBare) return openCommit(repository.gitDir, ref ?? 'HEAD')
  return openWorkTree(at, repository.gitDir)
}

/** A repository whose root this folder is; a folder inside a work tree is a plain folder. */
export async function repositoryOf(at: string): Promise<{ gitDir: string; isBare: boolean } | undefined> {
  const isBare = (await exists(path.join(at, 'HEAD'))) && (await exists(path.join(at, 'objects'))) && (await exists(path.join(at, 'refs')))
  if (isBare) return { gitDir: at, isBare }
  const dotGit = path.join(at, '.git')
  const kind = await stat(dotGit).catch(() => undefined)
  if (kind === undefined) return undefined
  if (kind.isDirectory()) return { gitDir: dotGit, isBare: false }
  // A linked work tree or submodule: the file says where the repository is.
  const target = /^gitdir: (.+)$/m.exec(await readFile(dotGit, 'utf8'))?.[1]
  return target === undefined ? undefined : { gitDir: path.resolve(at, target.trim()), isBare: false }
}

/** The root of the repository that a folder lies in, or undefined when none does; the folder itself may be gone from the disk. */
export async function rootAround(folder: string): Promise<string | undefined> {
  const at = path.resolve(folder)
  if ((await repositoryOf(at).catch(() => undefined)) !== undefined) return at
  return path.dirname(at) === at ? undefined : rootAround(path.dirname(at))
}

/** Where two commits of a repository parted: their newest common ancestor. Throws `revision_not_found` when there is none, or none in this clone. */
export async function commonAncestor(folder: string, refs: readonly [string, string]): Promise<string> {
  const repository = await repositoryOf(path.resolve(folder))
  if (repository === undefined) throw new KyozoError('revision_not_found', `${folder} is not a Git repository, so it has no ${refs[0]}`)
  const reader = objectReader(repository.gitDir)
  const [from, to] = await Promise.all(refs.map((ref) => reader.readCommit(ref)))
  const base = await mergeBase(reader, [from!.sha, to!.sha])
  const names = refs.join(' and ')
  switch (base.kind) {
    case 'found':
      return base.sha
    case 'none':
      throw new KyozoError('revision_not_found', `${names} have no commit in common`, { hint: 'compare them with two dots, as A..B' })
    case 'unknown':
      throw new KyozoError('revision_not_found', `where ${names} parted is not known here: this clone ends before that commit`, {
        hint: 'fetch the rest with git fetch --unshallow, or compare them with two dots, as A..B',
      })
    case 'too_far':
      throw new KyozoError('revision_not_found', `where ${names} parted was not found among ${base.limit} commits`, {
        hint: 'compare them with two dots, as A..B',
      })
  }
}

/** What the remote that the folder was cloned from calls its default branch, as it was seen last; undefined where that is not known offline. */
export async function defaultBase(folder: string): Promise<string | undefined> {
  const repository = await repositoryOf(path.resolve(folder))
  if (repository === undefined) return undefined
  const done = await runGit({
    gitDir: repository.gitDir,
    args: ['rev-parse', '--verify', '--quiet', '--abbrev-ref', 'refs/remotes/origin/HEAD'],
    deadlineMs: gitMs,
  })
  const name = done.stdout.toString('utf8').trim()
  return done.exitCode === 0 && name !== '' ? name : undefined
}

async function openCommit(gitDir: string, ref: string): Promise<OpenedFolder> {
  const reader = objectReader(gitDir)
  const commit = await reader.readCommit(ref)
  return { reader, listing: await reader.listTree(commit.tree), commit, hasChanges: false }
}

async function openWorkTree(root: string, gitDir: string): Promise<OpenedFolder> {
  const stored = objectReader(gitDir)
  const commit = await stored.readCommit('HEAD').catch((error: unknown) => {
    if (error instanceof KyozoError && error.code === 'revision_not_found') return null
    throw error
  })
  const committed = commit === null ? { entries: new Map<string, TreeEntry>() } : await stored.listTree(commit.tree)
  const changed = await changedFiles(root, gitDir)
  const entries = new Map(committed.entries)
  const onDisk = new Map<string, string>()
  for (const file of changed) {
    const entry = await entryOnDisk(root, file, 'content')
    if (entry === undefined) entries.delete(file)
    else {
      entries.set(file, entry)
      onDisk.set(entry.oid, path.join(root, file))
    }
  }
  const listing = listingOf(entries, changed.length === 0 && commit !== null ? commit.tree : null)
  return { reader: overlaid(stored, onDisk), listing, commit, hasChanges: changed.length > 0 }
}

/** Modified, deleted and untracked files, ignored ones left out. */
async function changedFiles(root: string, gitDir: string): Promise<readonly string[]> {
  const done = await runGit({
    gitDir,
    args: [
      `--work-tree=${root}`,
      '-c',
      'core.bare=false',
      'status',
      '--porcelain=v1',
      '-z',
      '--untracked-files=all',
      '--no-renames',
      '--ignore-submodules=all',
    ],
    deadlineMs: gitMs,
    outputLimitBytes: 64 * 1024 ** 2,
  })
  if (done.exitCode !== 0) throw new KyozoError('repository_corrupt', `git status failed in ${root}: ${done.stderr.trim()}`)
  return done.stdout
    .toString('utf8')
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => record.slice(3))
}

async function openPlainFolder(root: string): Promise<OpenedFolder> {
  const entries = new Map<string, TreeEntry>()
  const onDisk = new Map<string, string>()
  await walk(root, '', 0, async (file) => {
    const entry = await entryOnDisk(root, file, 'name')
    if (entry === undefined) return
    if (entries.size >= treeEntryLimit) throw new KyozoError('repository_too_large', `${root} holds more than ${treeEntryLimit} files`)
    entries.set(file, entry)
    onDisk.set(entry.oid, path.join(root, file))
  })
  const empty: ObjectReader = {
    readCommit: () => Promise.reject(new KyozoError('revision_not_found', `${root} is not a Git repository`)),
    listTree: () => Promise.reject(new KyozoError('revision_not_found', `${root} is not a Git repository`)),
    readBlobs: async () => new Map(),
    readLinks: async () => new Map(),
  }
  return { reader: overlaid(empty, onDisk), listing: listingOf(entries, null), commit: null, hasChanges: false }
}

/** Git's own folder is no content, and installed packages are nobody's service. */
const passedOver = new Set(['.git', 'node_modules'])

async function walk(root: string, folder: string, depth: number, onFile: (file: string) => Promise<void>): Promise<void> {
  if (depth > treeDepthLimit) throw new KyozoError('repository_too_large', `${root} is more than ${treeDepthLimit} folders deep`)
  for (const found of await readdir(path.join(root, folder), { withFileTypes: true })) {
    const name = folder === '' ? found.name : `${folder}/${found.name}`
    if (found.isDirectory()) {
      if (!passedOver.has(found.name)) await walk(root, name, depth + 1, onFile)
    } else await onFile(name)
  }
}

/** Identified by its content, as Git does it, or by its name and time where the content would have to be read for nothing else. */
async function entryOnDisk(root: string, file: string, identity: 'content' | 'name'): Promise<TreeEntry | undefined> {
  const at = path.join(root, file)
  // Too short a call to be worth handing to another thread, and there is one for each file.
  const kind = lstatSync(at, { throwIfNoEntry: false })
  if (kind === undefined || !(kind.isFile() || kind.isSymbolicLink())) return undefined
  const mode = kind.isSymbolicLink() ? '120000' : kind.mode & 0o100 ? '100755' : '100644'
  if (identity === 'name') return { mode, oid: createHash('sha1').update(`${file}\0${kind.size}\0${kind.mtimeMs}`).digest('hex') }
  const content = kind.isSymbolicLink() ? Buffer.from(await readlink(at)) : await readFile(at)
  return { mode, oid: createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex') }
}

function listingOf(entries: ReadonlyMap<string, TreeEntry>, tree: string | null): TreeListing {
  const sorted = [...entries].sort((a, b) => (a[0] < b[0] ? -1 : 1))
  const folders = new Map<string, string>([['.', tree ?? '']])
  for (const [file, entry] of sorted) {
    const parts = file.split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/')
      // Not Git's tree id, but as good for telling whether anything below changed.
      folders.set(
        folder,
        createHash('sha1')
          .update(`${folders.get(folder) ?? ''}${file}${entry.oid}`)
          .digest('hex'),
      )
    }
  }
  return { tree: tree ?? '', entries: new Map(sorted), folders }
}

function overlaid(stored: ObjectReader, onDisk: ReadonlyMap<string, string>): ObjectReader {
  return {
    ...stored,
    async readBlobs(oids, limitBytes) {
      const contents = new Map(
        await stored.readBlobs(
          oids.filter((oid) => !onDisk.has(oid)),
          limitBytes,
        ),
      )
      for (const oid of oids) {
        const file = onDisk.get(oid)
        if (file === undefined) continue
        const { size } = statSync(file)
        contents.set(oid, size > limitBytes ? null : readFileSync(file))
      }
      return contents
    },
  }
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

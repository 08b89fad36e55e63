// What the mirrors take on the disk, and how what force pushes left in them goes.
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { KyozoError } from '../errors.ts'
import { runGit } from './git-program.ts'

export interface KeptMirror {
  /** Undefined for one that was never finished. */
  readonly workspaceId: string | undefined
  /** The folder's name. */
  readonly name: string
  readonly bytes: number
  /** When something was added or removed last, in milliseconds since 1970. */
  readonly since: number
  /** Whether people pushed to it. */
  readonly hasBranches: boolean
}

const mirrorName = /^([0-9a-f]{8}-[0-9a-f-]{27})\.git$/
/** As `ensureRepository` calls one until it is whole. */
const unfinishedName = /^[0-9a-f]{8}-[0-9a-f-]{27}\.git\.[0-9a-f]{12}$/

export async function listMirrors(folder: string): Promise<readonly KeptMirror[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => mirrorName.test(name) || unfinishedName.test(name))
  return Promise.all(
    names.map(async (name) => {
      const gitDir = path.join(folder, name)
      const own = await stat(gitDir).catch(() => undefined)
      return {
        workspaceId: mirrorName.exec(name)?.[1],
        name,
        bytes: await bytesBelow(gitDir),
        since: own?.mtimeMs ?? Date.now(),
        hasBranches: await hasBranches(gitDir),
      }
    }),
  )
}

export async function removeMirror(folder: string, name: string): Promise<void> {
  if (!mirrorName.test(name) && !unfinishedName.test(name)) throw new KyozoError('internal', `${name} is no mirror`)
  await rm(path.join(folder, name), { recursive: true, force: true })
}

async function hasBranches(gitDir: string): Promise<boolean> {
  const done = await runGit({ gitDir, args: ['for-each-ref', '--count=1', '--format=%(refname)', '--', 'refs/heads/'], deadlineMs: listMs })
  // Of one that cannot be read nothing is known: it counts as the only copy.
  return done.exitCode !== 0 || done.stdout.length > 0
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => stat(path.join(entry.parentPath, entry.name)).catch(() => undefined)),
  )
  return sizes.reduce((sum, file) => sum + (file?.size ?? 0), 0)
}

const listMs = 30_000
const compactMs = 10 * 60_000
/** Below both there is nothing to gain. */
const looseMany = 1_000
const packsMany = 20
/** What somebody writes this moment is younger, and so is what a fetch has brought and nobody has named yet. */
const keepYoung = '1.day.ago'

/**
 * Packs a mirror of many parts and drops commits that no branch leads to and nobody keeps, when they are older than a day. Commits in `keep` stay
 * for good. Says whether there was something to do.
 */
export async function compactMirror(gitDir: string, { keep }: { readonly keep: readonly string[] }): Promise<boolean> {
  const counted = await run(gitDir, ['count-objects', '-v'])
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(counted)?.[1] ?? 0)
  if (count('count') < looseMany && count('packs') < packsMany) return false
  await keepCommits(gitDir, keep)
  await run(gitDir, ['gc', '--quiet', `--prune=${keepYoung}`])
  return true
}

const keptPrefix = 'refs/kyozo/kept/'

/** A ref for each, so that git itself keeps them. Those that are not here any more are left out. */
async function keepCommits(gitDir: string, keep: readonly string[]): Promise<void> {
  const wanted = [...new Set(keep)].filter((sha) => /^[0-9a-f]{40}$/.test(sha))
  const checked = await run(gitDir, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], `${wanted.join('\n')}\n`)
  const here = new Set([...checked.matchAll(/^([0-9a-f]{40}) commit$/gm)].map(([, sha]) => sha!))
  const refs = await run(gitDir, ['for-each-ref', '--format=%(refname)', '--', keptPrefix])
  const before = refs.split('\n').filter((ref) => ref !== '')
  const changes = [
    ...[...here].map((sha) => `update ${keptPrefix}${sha} ${sha}\n`),
    ...before.filter((ref) => !here.has(ref.slice(keptPrefix.length))).map((ref) => `delete ${ref}\n`),
  ]
  if (changes.length > 0) await run(gitDir, ['update-ref', '--stdin'], changes.join(''))
}

async function run(gitDir: string, args: readonly string[], input?: string): Promise<string> {
  const done = await runGit({ gitDir, args, deadlineMs: compactMs, ...(input === undefined ? {} : { input }) })
  if (done.exitCode === 0) return done.stdout.toString('utf8')
  throw new KyozoError('internal', `git ${args[0]} failed in ${gitDir}: ${done.stderr.trim().slice(-500)}`)
}

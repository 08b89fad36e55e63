// A git that was killed leaves its lock, and every later fetch or push would be refused for it for ever.
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ChildResult } from '../child.ts'

/** Another process that shares the folder holds a lock for moments; one that a machine took with it stays. */
const staleMs = 15_000
/** How many fetches of this process are under way, by repository. */
const underWay = new Map<string, number>()

/** Runs a fetch; when a lock that nobody can hold any more is in its way, takes the lock away and runs it once more. */
export async function pastStaleLocks(gitDir: string, fetch: () => Promise<ChildResult>): Promise<ChildResult> {
  underWay.set(gitDir, (underWay.get(gitDir) ?? 0) + 1)
  try {
    const done = await fetch()
    if (done.exitCode === 0 || underWay.get(gitDir) !== 1 || !(await removeStaleLock(gitDir, done.stderr))) return done
    return await fetch()
  } finally {
    const left = underWay.get(gitDir)! - 1
    if (left === 0) underWay.delete(gitDir)
    else underWay.set(gitDir, left)
  }
}

/** Only what git itself names, and only inside the repository. */
async function removeStaleLock(gitDir: string, stderr: string): Promise<boolean> {
  const named = /Unable to create '([^'\n]+\.lock)': File exists/.exec(stderr)?.[1]
  if (named === undefined || path.relative(gitDir, named).startsWith('..')) return false
  const lock = await stat(named).catch(() => undefined)
  if (lock === undefined) return true
  if (!isStale(lock)) return false
  await rm(named, { force: true })
  return true
}

/** The data directory is this process's alone: what was locked before it began is nobody's any more. */
function isStale({ mtimeMs }: { readonly mtimeMs: number }): boolean {
  return mtimeMs < performance.timeOrigin || Date.now() - mtimeMs > staleMs
}

/** Before a push: git names the ref that it could not lock only to the person who pushes. It holds such a lock for milliseconds. */
export async function removeStaleRefLocks(gitDir: string): Promise<void> {
  const below = await readdir(path.join(gitDir, 'refs'), { recursive: true })
  const locks = ['HEAD', 'packed-refs', ...below.filter((name) => name.endsWith('.lock')).map((name) => `refs/${name.slice(0, -5)}`)]
  for (const name of locks) {
    const lock = path.join(gitDir, `${name}.lock`)
    const found = await stat(lock).catch(() => undefined)
    if (found?.isFile() && isStale(found)) await rm(lock, { force: true })
  }
}

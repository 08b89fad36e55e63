// Which remotes a repository on somebody's machine knows: names and addresses as its own configuration has them.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { runGit } from './git-program.ts'
import { rootAround } from './open-folder.ts'

const gitMs = 10_000

/** Name → address, of the repository that a folder lies in; empty where there is none. */
export async function remotesAround(folder: string): Promise<ReadonlyMap<string, string>> {
  const root = await rootAround(folder)
  if (root === undefined) return new Map()
  const done = await runGit({
    gitDir: await gitDirOf(root),
    args: ['config', '--local', '--null', '--get-regexp', '^remote\\..*\\.url$'],
    deadlineMs: gitMs,
  }).catch(() => undefined)
  const remotes = new Map<string, string>()
  for (const record of done?.stdout.toString('utf8').split('\0') ?? []) {
    const [, name, url] = /^remote\.(.+)\.url\n([\s\S]+)$/.exec(record) ?? []
    if (name !== undefined && url !== undefined && !remotes.has(name)) remotes.set(name, url)
  }
  return remotes
}

/** Git itself follows the file of a linked work tree to the repository. */
async function gitDirOf(root: string): Promise<string> {
  const inside = path.join(root, '.git')
  return (await stat(inside).catch(() => undefined)) === undefined ? root : inside
}

// An earlier commit of this repository, as somebody runs it who has not upgraded yet.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '../..')

export interface EarlierVersion {
  readonly folder: string
  remove(): Promise<void>
}

/** Its packages are those of this version: packages are only added. */
export async function earlierVersion(commit: string): Promise<EarlierVersion> {
  const git = ['-C', root]
  await run('git', [...git, 'cat-file', '-e', `${commit}^{commit}`]).catch(() => {
    throw new Error(`The history of this repository does not reach back to ${commit}, which the test runs: git fetch --unshallow`)
  })
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-earlier-'))
  const archive = path.join(folder, 'archive.tar')
  await run('git', [...git, 'archive', `--output=${archive}`, commit, '--', 'src', 'migrations', 'templates', 'package.json'])
  await run('tar', ['--extract', '--file', archive, '--directory', folder])
  await rm(archive)
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

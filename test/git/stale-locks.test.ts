// What a git that was killed leaves in a mirror does not stand in the way of the next fetch.
import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMirrors, type Mirrors } from '../../src/git/mirror.ts'
import { removeStaleRefLocks } from '../../src/git/stale-locks.ts'
import { startGitHub } from '../support/github/github.ts'

let folder: string
let mirrors: Mirrors
let github: Awaited<ReturnType<typeof startGitHub>>
let url: string
let sha: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-locks-'))
  mirrors = createMirrors(path.join(folder, 'mirrors'))
  github = await startGitHub()
  const repository = await github.createRepository({ fullName: 'mona/locked' })
  sha = (await repository.push({ change: { files: { 'README.md': 'Words.\n' } } })).sha
  url = repository.cloneUrl
})

afterAll(async () => {
  await github.close()
  await rm(folder, { recursive: true, force: true })
})

const minuteAgo = new Date(Date.now() - 60_000)
const fetched = () => mirrors.fetch('locked', { url, ref: 'refs/heads/main' })

it('takes away a lock that nobody holds any more', async () => {
  const lock = path.join(await mirrors.folderOf('locked'), 'shallow.lock')
  await writeFile(lock, '')
  await utimes(lock, minuteAgo, minuteAgo)
  expect(await fetched()).toBe(sha)
  await expect(stat(lock)).rejects.toThrow('ENOENT')
})

it('leaves one that somebody may hold, and says that it is tried again', async () => {
  const lock = path.join(await mirrors.folderOf('locked'), 'shallow.lock')
  await writeFile(lock, '')
  await expect(fetched()).rejects.toMatchObject({ code: 'repository_unreachable', retryable: true })
  expect((await stat(lock)).size).toBe(0)
  await rm(lock)
})

it('takes away locks of refs that a push left when it was killed, and leaves those of a moment ago', async () => {
  const repository = await mirrors.folderOf('pushed')
  const lock = async (name: string) => {
    const file = path.join(repository, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, '')
    return file
  }
  const left = await Promise.all(['refs/heads/topic/main.lock', 'packed-refs.lock', 'HEAD.lock'].map(lock))
  for (const file of left) await utimes(file, minuteAgo, minuteAgo)
  const held = await lock('refs/heads/main.lock')
  await removeStaleRefLocks(repository)
  for (const file of left) await expect(stat(file)).rejects.toThrow('ENOENT')
  expect((await stat(held)).size).toBe(0)
})

// Fetching from a Git host over HTTP, as it goes well and as it fails.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMirrors, type Mirrors } from '../../src/git/mirror.ts'

let folder: string
let mirrors: Mirrors

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-mirror-'))
  mirrors = createMirrors(path.join(folder, 'mirrors'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a repository’s address', () => {
  it.each([
    'ext::sh -c id',
    'fd::7',
    '--upload-pack=touch /tmp/x',
    '-oProxyCommand=id',
    'ssh://-oProxyCommand=id/x',
    'file:///etc',
    '/etc',
    'git://host/x.git',
    'https://user:secret@host/x.git',
    'https://host/x.git?token=1',
    'https://host/x.git#f',
  ])('is refused when it is %s', async (url) => {
    await expect(mirrors.fetch('workspace', { url, ref: 'refs/heads/main' })).rejects.toMatchObject({ code: 'repository_url_refused' })
  })

  it.each(['main', 'refs/heads/..', 'refs/heads/a b', 'refs/heads/a\nb', '--all', 'refs/heads/x:refs/heads/y'])(
    'is refused with the ref %j',
    async (ref) => {
      await expect(mirrors.fetch('workspace', { url: 'https://127.0.0.1:1/x.git', ref })).rejects.toMatchObject({
        code: 'repository_url_refused',
      })
    },
  )

  it('that nobody answers at is a failure that is tried again', async () => {
    await expect(mirrors.fetch('workspace', { url: 'http://127.0.0.1:1/x.git', ref: 'refs/heads/main' })).rejects.toMatchObject({
      code: 'repository_unreachable',
      retryable: true,
    })
  })
})

it('makes a workspace’s repository once, however many ask at the same time', async () => {
  const folders = await Promise.all(Array.from({ length: 8 }, () => mirrors.folderOf('together')))
  expect(new Set(folders).size).toBe(1)
  expect(await mirrors.tip('together', 'refs/heads/main')).toBeNull()
})

it('keeps repositories from other users of the machine', async () => {
  await mirrors.folderOf('private')
  expect((await stat(path.join(folder, 'mirrors'))).mode & 0o777).toBe(0o700)
})

it('names the branch that a clone checks out', async () => {
  await mirrors.setHead('cloned', 'refs/heads/trunk')
  expect(await readFile(path.join(await mirrors.folderOf('cloned'), 'HEAD'), 'utf8')).toBe('ref: refs/heads/trunk\n')
})

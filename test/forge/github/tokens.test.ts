// What a token that kyozo was given can do: fetch, or also push, and nothing else.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { appClient, clock, github, repository, sha, shop, tokenClient, useScene } from './scene.ts'

useScene()

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kyozo-tokens-test-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function git(args: readonly string[], token: string | undefined) {
  return runChild({
    program: 'git',
    args: ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args],
    env: {
      HOME: '/nonexistent',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
    },
    deadlineMs: 30_000,
  })
}

/** Clones with the token, commits, and tries to push. */
async function push(
  token: string | undefined,
  branch = 'kyozo/compose',
): Promise<{ readonly exitCode: number | null; readonly stderr: string }> {
  await git(['clone', '--quiet', shop.cloneUrl, '.'], token)
  await writeFile(join(folder, 'compose.kyozo.yaml'), 'services: {}\n')
  await git(['add', '.'], token)
  await git(['commit', '--quiet', '-m', 'Update compose.kyozo.yaml'], token)
  return git(['push', 'origin', `HEAD:${branch}`], token)
}

describe('a token of an app', () => {
  it('for reading fetches and cannot push', async () => {
    const token = await appClient().fetchToken(repository())
    const pushed = await push(token)
    expect([pushed.exitCode, pushed.stderr]).toEqual([128, expect.stringContaining('403')])
    expect(await shop.tip('kyozo/compose')).toBeUndefined()
  })

  it('for writing pushes, and is another one than that for reading', async () => {
    const client = appClient({ contents: 'write' })
    const token = await client.fetchToken({ ...repository(), access: 'write' })
    expect(token).not.toBe(await client.fetchToken({ ...repository(), access: 'read' }))
    expect((await push(token)).exitCode).toBe(0)
    expect(await shop.tip('kyozo/compose')).not.toBe(sha)
    const response = await fetch(`${github.apiUrl}/repos/acme/shop/pulls`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(403)
  })

  it('for writing does not get past the protection of a branch', async () => {
    await shop.protect('main')
    const pushed = await push(await appClient().fetchToken({ ...repository(), access: 'write' }), 'main')
    expect([pushed.exitCode, pushed.stderr]).toEqual([1, expect.stringContaining('GH006: Protected branch update failed')])
    expect(await shop.tip('main')).toBe(sha)
  })

  it('for writing is refused to an app that may only read, in words', async () => {
    await expect(appClient({ contents: 'read' }).fetchToken({ ...repository(), access: 'write' })).rejects.toMatchObject({
      code: 'forge_refused',
      message: expect.stringContaining('that may write contents: GitHub answered 422 (The permissions requested are not granted'),
    })
  })

  it('is another one when GitHub did not accept it, and when it has ended', async () => {
    const client = appClient()
    const need = { ...repository(), access: 'write' } as const
    const first = await client.fetchToken(need)
    const second = await client.fetchToken({ ...need, notAccepted: first! })
    expect(second).not.toBe(first)
    expect(await client.fetchToken({ ...need, notAccepted: first! })).toBe(second)
    clock.nowMs += 55 * 60_000
    expect(await client.fetchToken(need)).not.toBe(second)
  })
})

it('a personal token is the same for both, and can do what its owner let it do', async () => {
  const client = tokenClient({ contents: 'write' })
  const token = await client.fetchToken({ ...repository(), access: 'write' })
  expect(await client.fetchToken(repository())).toBe(token)
  expect((await push(token)).exitCode).toBe(0)
})

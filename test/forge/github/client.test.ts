// A token that was given for fetching fetches, and can do nothing else.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { cloneUrl, type ForgeConnection } from '../../../src/forge/forge.ts'
import { githubConnection } from '../../../src/forge/github/connection.ts'
import { forges } from '../../../src/forge/index.ts'
import { type GitHubDouble, startGitHub } from '../../support/github/github.ts'

let github: GitHubDouble
let folder: string

beforeEach(async () => {
  github = await startGitHub()
  folder = await mkdtemp(join(tmpdir(), 'kyozo-client-test-'))
})

afterEach(async () => {
  await github.close()
  await rm(folder, { recursive: true })
})

function appConnection(): ForgeConnection {
  const { appId, privateKey } = github.createApp()
  return githubConnection({ apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', app: { id: appId, privateKey } })
}

it('an app fetches a private repository with a token for reading just that one', async () => {
  const shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  await github.createRepository({ fullName: 'acme/other', isPrivate: true })
  const { sha } = await shop.push({ change: { files: { 'index.js': 'console.log(1)' } } })
  const connection = appConnection()
  const client = forges.github.connect(connection, { now: Date.now })
  const token = await client.fetchToken({ id: String(shop.id), fullName: 'acme/shop' })
  const clone = async (fullName: string, to: string) => {
    const authorization = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
    return runChild({
      program: 'git',
      args: ['clone', '--quiet', cloneUrl(connection, fullName), join(folder, to)],
      env: {
        HOME: '/nonexistent',
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'http.extraHeader',
        GIT_CONFIG_VALUE_0: `Authorization: ${authorization}`,
      },
      deadlineMs: 30_000,
    })
  }
  expect(await clone('acme/shop', 'shop')).toMatchObject({ exitCode: 0 })
  expect(await readFile(join(folder, 'shop/index.js'), 'utf8')).toBe('console.log(1)')
  expect((await clone('acme/other', 'other')).exitCode).not.toBe(0)
  const response = await fetch(`${github.apiUrl}/repos/acme/shop/statuses/${sha}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"state":"success"}',
  })
  expect(response.status).toBe(403)
})

it('ten who need the same token at once share one', async () => {
  const shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  const client = forges.github.connect(appConnection(), { now: Date.now })
  const tokens = await Promise.all(Array.from({ length: 10 }, () => client.fetchToken({ id: String(shop.id), fullName: 'acme/shop' })))
  expect(new Set(tokens).size).toBe(1)
  expect(github.calls.filter(({ path }) => path.endsWith('/access_tokens'))).toHaveLength(1)
})

it('an app that is not installed on a repository is told so, and asks again the next time', async () => {
  const client = forges.github.connect(appConnection(), { now: Date.now })
  const need = { id: '1', fullName: 'acme/nothing' }
  await expect(client.fetchToken(need)).rejects.toMatchObject({
    code: 'forge_refused',
    message: "could not find kyozo's app on acme/nothing: GitHub answered 404 (Not Found)",
  })
  await expect(client.fetchToken(need)).rejects.toMatchObject({ code: 'forge_refused' })
  // By its name, and by its id in case that it has another name now.
  expect(github.calls).toHaveLength(4)
})

it('a connection without a credential has no token, and one with a token has just that', async () => {
  const need = { id: '1', fullName: 'acme/shop' }
  const settings = { apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's' }
  expect(await forges.github.connect(githubConnection(settings), { now: Date.now }).fetchToken(need)).toBeUndefined()
  expect(await forges.github.connect(githubConnection({ ...settings, token: 't' }), { now: Date.now }).fetchToken(need)).toBe('t')
})

import { afterEach, beforeEach, expect, it } from 'vitest'
import { githubConnection } from '../../../src/forge/github/connection.ts'
import { forges } from '../../../src/forge/index.ts'
import { type GitHubDouble, startGitHub } from '../../support/github/github.ts'

let github: GitHubDouble

beforeEach(async () => {
  github = await startGitHub()
})

afterEach(() => github.close())

it('leaves GitHub alone as long as it was told to, and no longer when the clock that said so is put right', async () => {
  const repository = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  repository.addHook({ url: 'http://127.0.0.1:1/webhooks/github', secret: 's' })
  const token = github.createToken({ permissions: { metadata: 'read', repository_hooks: 'write' } })
  const connection = githubConnection({ apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', token })
  const dayMs = 86_400_000
  let aheadMs = dayMs
  const { record } = forges.github.connect(connection, { now: () => Date.now() + aheadMs })
  const list = () =>
    record!.list({
      repository: { id: String(repository.id), fullName: 'acme/shop' },
      since: new Date(0),
      leadsHere: () => true,
      lastHeaders: {},
    })
  github.fault({ path: /hooks/, times: 1, answer: { kind: 'status', status: 403, headers: { 'retry-after': '60' } } })
  await expect(list()).rejects.toThrow('GitHub answered 403')
  await expect(list()).rejects.toThrow('GitHub wants to be left alone until')
  aheadMs = 0
  expect(await list()).toEqual({ deliveries: [], isComplete: true })
})

it('finds what it asks of a repository by its name under the id, when it was renamed, and goes nowhere else', async () => {
  const repository = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  repository.addHook({ url: 'http://127.0.0.1:1/webhooks/github', secret: 's' })
  const token = github.createToken({ permissions: { metadata: 'read', repository_hooks: 'write' } })
  const connection = githubConnection({ apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', token })
  const { record } = forges.github.connect(connection, { now: Date.now })
  const request = {
    repository: { id: String(repository.id), fullName: 'acme/shop' },
    since: new Date(0),
    leadsHere: () => true,
    lastHeaders: {},
  }
  repository.rename('acme/store')
  await repository.push({ change: { files: { a: '1' } } })
  expect((await record!.list(request)).deliveries).toHaveLength(1)
  const location = `${github.apiUrl}/repositories/${repository.id + 1}/hooks?per_page=100`
  github.fault({ path: /\/hooks$/, times: 1, answer: { kind: 'status', status: 301, headers: { location } } })
  await expect(record!.list(request)).rejects.toMatchObject({
    code: 'forge_refused',
    message: expect.stringContaining('GitHub answered 301'),
  })
})

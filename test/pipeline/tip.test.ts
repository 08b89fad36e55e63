// Who fetches shows the Git host who it is, and waits for what the host gives it for that only as long as anybody wants the commit.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createConnections } from '../../src/forge/connections.ts'
import { githubConnection } from '../../src/forge/github/connection.ts'
import { HandedOver } from '../../src/pipeline/hand-over.ts'
import type { Kyozo } from '../../src/pipeline/kyozo.ts'
import { askHost, type Fetching } from '../../src/pipeline/tip.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { until } from '../support/until.ts'

let github: GitHubDouble

beforeAll(async () => {
  github = await startGitHub()
})

afterAll(() => github.close())

it('a release that is given back lets go of a host that does not answer', async () => {
  const shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  const { appId, privateKey } = github.createApp()
  const settings = { apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', app: { id: appId, privateKey } }
  const kyozo = { connections: createConnections([githubConnection(settings)], Date.now) } as unknown as Kyozo
  const workspace = { forge: 'github', connection: 'main', repositoryId: String(shop.id), repositoryName: 'acme/shop' }
  const stop = new AbortController()
  const fetching = { workspace, signal: stop.signal, redactAlso: () => undefined } as unknown as Fetching
  github.fault({ path: /./, answer: { kind: 'hang' } })
  const asked = askHost(fetching, kyozo, async () => 'a commit')
  await until('the host to be asked', () => github.calls.length > 0)
  const begin = performance.now()
  stop.abort(new HandedOver())
  await expect(asked).rejects.toThrow(HandedOver)
  expect(performance.now() - begin).toBeLessThan(5_000)
})

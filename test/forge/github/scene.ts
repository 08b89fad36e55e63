// What the tests of the GitHub client share: a double, a private repository with a pull request, and a client of it on a clock that tests move.
import { afterEach, beforeEach } from 'vitest'
import type { ForgeClient } from '../../../src/forge/client.ts'
import type { ConnectionSettings } from '../../../src/forge/forge.ts'
import { forges } from '../../../src/forge/index.ts'
import type { Permissions } from '../../support/github/access.ts'
import {
  type GitHubDouble,
  type GitHubOptions,
  type GitHubPullRequest,
  type GitHubRepository,
  startGitHub,
} from '../../support/github/github.ts'

export const startMs = Date.parse('2025-06-01T00:00:00Z')
export const clock = { nowMs: startMs }
export let github: GitHubDouble
export let shop: GitHubRepository
/** Of the first commit, on `main`. */
export let sha: string
/** Of `feature`, number 1, by `mona`. */
export let pull: GitHubPullRequest

export async function setUp(options: GitHubOptions = {}): Promise<void> {
  clock.nowMs = startMs
  github = await startGitHub({ now: () => clock.nowMs, ...options })
  shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  sha = (await shop.push({ change: { files: { 'README.md': 'shop\n' } } })).sha
  await shop.push({ branch: 'feature', parent: sha, change: { files: { 'web.js': '1\n' } } })
  pull = await shop.openPullRequest({ branch: 'feature', title: 'Add a web' })
}

/** Puts a new double before each test of the file. */
export function useScene(): void {
  beforeEach(() => setUp())
  afterEach(() => github.close())
}

export async function restart(options: GitHubOptions): Promise<void> {
  await github.close()
  await setUp(options)
}

/** The clock that a test moves is not the one by which an answer comes; a busy machine must not look like a host that hangs. */
const deadlineMs = 20_000

export function clientWith(credential: Pick<ConnectionSettings, 'token' | 'app'>): ForgeClient {
  const settings = { apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 'hook secret', ...credential }
  return forges.github.connect(forges.github.connection(settings), { now: () => clock.nowMs, deadlineMs })
}

/** Acts as `kyozo-bot`. */
export function tokenClient(permissions?: Permissions): ForgeClient {
  return clientWith({ token: github.createToken(permissions === undefined ? {} : { permissions }) })
}

export function appClient(permissions?: Permissions): ForgeClient {
  const { appId, privateKey } = github.createApp(permissions)
  return clientWith({ app: { id: appId, privateKey } })
}

export const repository = () => ({ id: String(shop.id), fullName: 'acme/shop' })

/** The requests that changed something, tokens left out: `POST /repos/acme/shop/issues/1/comments`. */
export function changes(): readonly string[] {
  return github.calls
    .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/access_tokens'))
    .map(({ method, path }) => `${method} ${path}`)
}

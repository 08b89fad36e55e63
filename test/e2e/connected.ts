// What the tests with GitHub share: a repository of the double whose hook leads to a kyozo, and ways to wait for what GitHub is told.
import { randomBytes } from 'node:crypto'
import type { GitHubDouble, GitHubRepository, Pushed } from '../support/github/github.ts'
import type { StoredStatus } from '../support/github/state.ts'
import { type ApiDocument, type ApiResource, adminToken, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'

export const webhookSecret = 'a secret that only GitHub and kyozo know'

export interface Connected {
  readonly repository: GitHubRepository
  /** The name that kyozo gives the workspace; free on the whole engine. */
  readonly workspace: string
  readonly project: string
  push(files: Readonly<Record<string, string | null>>): Promise<Pushed>
  /** Pushes and waits until GitHub shows the verdict. */
  deploy(files: Readonly<Record<string, string | null>>): Promise<string>
  /** What GitHub shows beside the commit once the aggregate is no longer pending: state by context. */
  verdict(
    sha: string,
    deadlineMs?: number,
  ): Promise<Readonly<Record<string, { readonly state: string; readonly description: string | null }>>>
  /** What the service answers through the edge, on one line. */
  ask(service: string): Promise<string>
}

/** For `startKyozo`. */
export function githubEnvironment(github: GitHubDouble, token: string): Record<string, string> {
  return { KYOZO_GITHUB_API_URL: github.apiUrl, KYOZO_GITHUB_TOKEN: token, KYOZO_GITHUB_WEBHOOK_SECRET: webhookSecret }
}

export interface Parts {
  readonly kyozo: TestKyozo
  readonly github: GitHubDouble
  /** Whether anybody may read the repository. Default is no. */
  readonly isPublic?: boolean
}

export async function connect(name: string, { kyozo, github, isPublic = false }: Parts): Promise<Connected> {
  const workspace = `${name}-${randomBytes(3).toString('hex')}`
  const repository = await github.createRepository({ fullName: `mona/${workspace}`, isPrivate: !isPublic })
  repository.addHook({ url: `${kyozo.url}/webhooks/github`, secret: webhookSecret })
  const push = (files: Readonly<Record<string, string | null>>) => repository.push({ change: { files }, message: `Change ${workspace}` })
  const verdict = (sha: string, deadlineMs = 120_000) =>
    until(
      `the verdict on ${workspace} ${sha.slice(0, 7)}`,
      () => (['pending', undefined].includes(repository.shown(sha)['kyozo/production']?.state) ? undefined : repository.shown(sha)),
      { deadlineMs },
    )
  return {
    repository,
    workspace,
    project: `kyozo-${workspace}-production`,
    push,
    verdict,
    async deploy(files) {
      const { sha } = await push(files)
      await verdict(sha)
      return sha
    },
    ask: async (service) => (await kyozo.ask(`${service}.${workspace}.localhost`)).text.trim(),
  }
}

/** The states of each context in the order in which GitHub was told. */
export function history(statuses: readonly StoredStatus[]): Readonly<Record<string, readonly string[]>> {
  const told: Record<string, string[]> = {}
  for (const { context, state } of statuses) told[context] = [...(told[context] ?? []), state]
  return told
}

export async function releasesOf(kyozo: TestKyozo, sha: string): Promise<readonly ApiResource[]> {
  return (await kyozo.api<ApiDocument>(`/releases?filter[sha]=${sha}`)).data
}

export async function stateOf(kyozo: TestKyozo, sha: string): Promise<unknown> {
  return (await releasesOf(kyozo, sha))[0]?.attributes.state
}

export interface CommitBack {
  readonly state: string
  readonly words: string
  readonly url?: string
  readonly sha?: string
}

/** What became of compose.kyozo.yaml after the release of a commit, once that is known. */
export function commitBackOf(kyozo: TestKyozo, sha: string): Promise<CommitBack> {
  return until(
    `what became of compose.kyozo.yaml after ${sha.slice(0, 7)}`,
    async () => {
      const [release] = await releasesOf(kyozo, sha)
      const told = release?.attributes.commit_back as CommitBack | null | undefined
      return told == null || told.state === 'waiting' ? undefined : told
    },
    { deadlineMs: 120_000 },
  )
}

/** Waits for a commit to go live, and says where its releases are when it does not. */
export async function untilLive(kyozo: TestKyozo, sha: string): Promise<void> {
  try {
    await until('the release to be live', async () => (await stateOf(kyozo, sha)) === 'live', { deadlineMs: 120_000 })
  } catch (error) {
    const releases = await releasesOf(kyozo, sha)
    throw new Error(`${(error as Error).message}: ${JSON.stringify(releases.map(({ attributes }) => attributes))}\n${kyozo.output()}`)
  }
}

/** A page as a browser asks for it, the token being the password. */
export async function openPage(url: string): Promise<{ readonly status: number; readonly type: string | null; readonly text: string }> {
  const answer = await fetch(url, { headers: { Authorization: `Basic ${Buffer.from(`anyone:${adminToken}`).toString('base64')}` } })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

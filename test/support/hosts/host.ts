// What the doubles of Git hosts have in common: what people do there, and what kyozo says there. For tests of what is alike on all of them.
import type { Commit, GitRepository } from '../github/repositories.ts'

export type Files = Readonly<Record<string, string | null>>

export interface HostDouble {
  readonly name: 'github' | 'gitea' | 'gitlab'
  /** For `startKyozo`. */
  readonly environment: Readonly<Record<string, string>>
  /** What another connection to it is made with, besides its token. */
  readonly connection: { readonly apiUrl: string; readonly webhookSecret: string }
  /** With it kyozo can read all that it reads, and push nothing. */
  createReadingToken(): string
  /** A private one of mona's, which tells nobody of anything yet. */
  createRepository(name: string): Promise<HostRepository>
  /** What the host's description has against any request, answer or webhook so far; a test expects none. */
  problems(): readonly string[]
  close(): Promise<void>
}

export interface HostRepository {
  /** What happens from now on is told to this kyozo. Default of the connection is the one in `environment`. */
  addHook(kyozoUrl: string, connection?: string): void
  /** What is told from now on reaches nobody, until the returned function is called. */
  cutOff(): () => void
  /** A commit on `main`; its id. */
  push(files: Files): Promise<string>
  /** Somebody may push to it from now on. */
  allow(login: string): void
  openPullRequest(pull: NewHostPullRequest): Promise<HostPullRequest>
  /** All of them, oldest first, whoever opened them. */
  pullRequests(): readonly HostPullRequest[]
  /** Where `main` leads. */
  tip(): Promise<string>
  /** A file of a commit; undefined where it has none. */
  fileAt(sha: string, path: string): Promise<string | undefined>
  commitAt(sha: string): Promise<Commit>
  /** From now on nobody pushes to `main`; it changes by pull requests. */
  protect(): Promise<void>
  /** From now on only signed commits may be pushed: to `main`, and on GitLab to every branch, since it has that rule for whole projects. */
  requireSignatures(): Promise<void>
  /** What the host shows beside the commit: the newest status of each context. */
  shown(sha: string): Readonly<Record<string, Shown>>
  /** What the host's pages of deployments show of an environment; undefined where it has no such pages, or nothing of that name. */
  deployed(environment: string): Deployed | undefined
}

export interface Shown {
  readonly state: 'pending' | 'success' | 'failure'
  readonly description: string
}

export interface Deployed {
  readonly address: string
  /** Whether the host knows that nothing of it runs any more. */
  readonly isOver: boolean
}

export interface NewHostPullRequest {
  readonly branch: string
  readonly files: Files
  /** Who opens it, from a fork of their own. Default is mona, from the repository itself. */
  readonly forkOf?: string
}

export interface HostPullRequest {
  readonly number: number
  readonly headSha: string
  readonly headBranch: string
  readonly title: string
  readonly isOpen: boolean
  /** What kyozo answered to what it was told of the opening. */
  readonly answers: readonly string[]
  /** A commit on its branch; its id. */
  push(files: Files): Promise<string>
  /** The merge commit's id. */
  merge(): Promise<string>
  close(): Promise<void>
  reopen(): Promise<void>
  comment(text: string, by: string): Promise<HostComment>
  /** Everything that stands below it, oldest first. */
  comments(): readonly { readonly by: string; readonly text: string }[]
}

export interface HostComment {
  /** The signs that kyozo put beside it. */
  signs(): readonly ('heard' | 'done' | 'refused')[]
}

/** Who opens pull requests and pushes, unless something else is said. */
export const owner = 'mona'

/** What can be read in a repository, the same on every host. */
export function readingMethods(git: Pick<GitRepository, 'tip' | 'read' | 'commitAt'>): Pick<HostRepository, 'tip' | 'fileAt' | 'commitAt'> {
  return {
    async tip() {
      const sha = await git.tip('refs/heads/main')
      if (sha === undefined) throw new Error('nothing was pushed to main yet')
      return sha
    },
    fileAt: (sha, path) => git.read(`${sha}:${path}`),
    commitAt: git.commitAt,
  }
}

/** Where kyozo hears of what a host tells; default is its own connection. */
export function webhookUrl(kyozoUrl: string, host: HostDouble['name'], connection: string | undefined): string {
  return [kyozoUrl, 'webhooks', host, ...(connection === undefined ? [] : [connection])].join('/')
}

/** Lets webhooks lead to where nobody listens; the returned function leads them back. */
export function leadAway(hooks: readonly { readonly url: string }[]): () => void {
  const before = hooks.map((hook) => [hook, hook.url] as const)
  for (const hook of hooks) Object.assign(hook, { url: 'http://127.0.0.1:9/' })
  return () => {
    for (const [hook, url] of before) Object.assign(hook, { url })
  }
}

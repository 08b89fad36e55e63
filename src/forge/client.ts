// One connection to a Git host, in use: what kyozo says there, fetches with and asks.
import type { Window } from './budget.ts'
import type { ForgeRepository } from './forge.ts'
import type { ForgeMessage, SendOptions, SendOutcome } from './messages.ts'
import type { ForgePullRequest, ForgeUser } from './pull-requests.ts'
import type { DeliveryRecord } from './record.ts'

export interface ClientOptions {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** For one answer of the host. Default is 10 s. */
  readonly deadlineMs?: number
}

export interface ForgeClient {
  /** Sends one message of a kind that its host takes. Whatever the network or the host does is an outcome, not an exception. */
  send(message: ForgeMessage, options?: SendOptions): Promise<SendOutcome>
  /**
   * A token for Git over HTTP; `undefined` when the connection has no credential. Throws `forge_unavailable` or `forge_refused` when the host does
   * not give one.
   */
  fetchToken(request: FetchTokenRequest): Promise<string | undefined>
  /** How often it may be told something. Default is `contentWindows`, what GitHub bears. */
  readonly windows?: readonly Window[]
  /** Absent where the connection has no credential to ask with. */
  readonly ask?: ForgeQuestions
  /** Absent where the host keeps none, or the connection cannot ask. */
  readonly record?: DeliveryRecord
}

export interface RepositoryName {
  readonly id: string
  readonly fullName: string
}

export interface FetchTokenRequest extends RepositoryName {
  /** A token that the host did not accept: another is given where one can be had, and otherwise the same again. */
  readonly notAccepted?: string
  /** Default is `read`. */
  readonly access?: 'read' | 'write'
}

/** Everything throws `forge_unavailable` when it may be tried again, and `forge_refused` when a person has to do something first. */
export interface ForgeQuestions {
  /** The repository that has this id now, whatever it is called; undefined when there is none, or the credential may not see it. */
  findRepository(repository: RepositoryName): Promise<ForgeRepository | undefined>
  /** At most a thousand. */
  listBranches(repository: RepositoryName): Promise<readonly ForgeBranch[]>
  /** Undefined when the repository is there and has none of that number. */
  findPullRequest(repository: RepositoryName, number: number): Promise<ForgePullRequest | undefined>
  /**
   * The open ones, the one that changed last first; at most a thousand. One that changes while the list is read may be missing from it, so who
   * would end something for its absence asks for it first.
   */
  listPullRequests(repository: RepositoryName): Promise<readonly ForgePullRequest[]>
  /** Whether somebody may push to the repository at this moment. */
  mayWrite(repository: RepositoryName, user: ForgeUser): Promise<boolean>
  /** Opens a pull request between two branches of the repository, or gives its text to the one that is open already. */
  openPullRequest(repository: RepositoryName, request: NewPullRequest): Promise<ForgePullRequest>
  /** Sees to it that the host sends kyozo what it needs to hear, and to no webhook of somebody else. */
  ensureWebhook(repository: RepositoryName, webhook: WantedWebhook): Promise<'there' | 'made' | 'repaired'>
}

export interface ForgeBranch {
  /** `refs/heads/<branch>`. */
  readonly ref: string
  readonly sha: string
}

export interface NewPullRequest {
  /** `refs/heads/<branch>` */
  readonly headRef: string
  readonly baseRef: string
  readonly title: string
  /** Markdown. */
  readonly body: string
}

export interface WantedWebhook {
  /** Where deliveries of this connection arrive. A webhook of the repository with this address is kyozo's own. */
  readonly url: string
}

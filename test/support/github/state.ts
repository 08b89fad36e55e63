// What the double remembers.
import type { GitRepository } from './repositories.ts'

export interface StoredStatus {
  readonly id: number
  readonly sha: string
  readonly state: 'error' | 'failure' | 'pending' | 'success'
  readonly context: string
  readonly description: string | null
  readonly targetUrl: string | null
  readonly createdAtMs: number
}

/** Somebody, or an app, as GitHub names whoever did something. The login may change, the id does not. */
export interface Account {
  readonly id: number
  login: string
  readonly type: 'User' | 'Bot' | 'Organization'
  /** Of the app whose bot it is. */
  readonly appId?: string
}

export interface StoredReaction {
  readonly id: number
  readonly content: string
  readonly account: Account
}

export interface StoredComment {
  readonly id: number
  /** Of the pull request below which it stands. */
  readonly number: number
  readonly author: Account
  body: string
  readonly createdAtMs: number
  updatedAtMs: number
  readonly reactions: StoredReaction[]
}

export interface StoredDeploymentStatus {
  readonly id: number
  readonly state: string
  readonly description: string
  readonly environmentUrl: string
  readonly logUrl: string
  readonly createdAtMs: number
}

export interface StoredDeployment {
  readonly id: number
  readonly sha: string
  /** As it was asked for. */
  readonly ref: string
  readonly task: string
  readonly environment: string
  readonly payload: unknown
  readonly description: string | null
  readonly isTransient: boolean
  readonly isProduction: boolean
  readonly creator: Account
  readonly createdAtMs: number
  /** Oldest first. */
  readonly statuses: StoredDeploymentStatus[]
}

export interface StoredCheckRun {
  readonly id: number
  readonly sha: string
  readonly appId: string
  name: string
  status: string
  conclusion: string | null
  detailsUrl: string | null
  output: { readonly title: string | null; readonly summary: string | null; readonly text: string | null }
  readonly startedAtMs: number
  completedAtMs: number | null
}

export interface StoredPull {
  readonly id: number
  readonly number: number
  title: string
  body: string | null
  state: 'open' | 'closed'
  isDraft: boolean
  mergedAtMs: number | null
  mergeSha: string | null
  readonly author: Account
  /** Where the head lives; undefined once that repository is gone. */
  headRepository: Repository | undefined
  readonly headBranch: string
  headSha: string
  baseBranch: string
  /** Where the base branch was when GitHub last looked. */
  baseSha: string
  labels: readonly string[]
  readonly createdAtMs: number
  updatedAtMs: number
  closedAtMs: number | null
}

/** What somebody may do, in the four words that GitHub has for it and under the name of the role that gives it. */
export interface Collaborator {
  readonly account: Account
  readonly permission: 'admin' | 'write' | 'read' | 'none'
  readonly roleName: string
}

export interface Hook {
  readonly id: number
  url: string
  secret: string
  contentType: 'json' | 'form'
  insecureSsl: '0' | '1'
  /** `*` for all. */
  events: readonly string[]
  isActive: boolean
  /** Of the app that it belongs to; a repository's own otherwise. */
  readonly appId: string | undefined
  /** While set, GitHub cannot reach it. */
  isUnreachable: boolean
}

export interface StoredDelivery {
  readonly id: number
  readonly hookId: number
  readonly guid: string
  readonly event: string
  readonly payload: unknown
  /** As they were sent, the signature included. */
  readonly headers: Readonly<Record<string, string>>
  /** Set where GitHub does not give back what it sent. */
  isWithheld?: true
  readonly atMs: number
  readonly isRedelivery: boolean
  /** What the receiver answered; 0 when it could not be reached. */
  readonly status: number
  readonly answer: string
  /** How long the answer took. */
  readonly answeredMs: number
}

export interface Repository {
  readonly id: number
  fullName: string
  /** Names it had before; requests for them are redirected. */
  readonly formerNames: string[]
  defaultBranch: string
  isPrivate: boolean
  readonly git: GitRepository
  /** What it was forked from. */
  readonly parent: Repository | undefined
  readonly statuses: StoredStatus[]
  readonly hooks: Hook[]
  readonly deliveries: StoredDelivery[]
  readonly comments: StoredComment[]
  readonly deployments: StoredDeployment[]
  readonly checkRuns: StoredCheckRun[]
  readonly pulls: StoredPull[]
  readonly collaborators: Collaborator[]
  /** Branches that take no push but by a pull request. */
  readonly protectedBranches: Set<string>
  /** Pull requests below which nobody may write any more. */
  readonly lockedPulls: Set<number>
  /** Does one thing after the other, as GitHub changes a repository; what is told of it may arrive in another order. */
  readonly inOrder: <T>(change: () => Promise<T>) => Promise<T>
}

/** One request that reached the double. */
export interface Call {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly authorization: string | undefined
  /** What GitHub's description has against it. */
  readonly problems: readonly string[]
  /** What was answered; `null` when nothing was (a hang, a reset). */
  status: number | null
}

export type FaultAnswer =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  /** Accepts the request and never answers. */
  | { readonly kind: 'hang' }
  /** Cuts the connection before doing anything. */
  | { readonly kind: 'reset' }
  /** Does the work and cuts the connection in place of the answer. */
  | { readonly kind: 'lost' }
  /** Cuts the connection after this many bytes of the answer. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Answers as always: what is wanted is that the request waits, or is heard of. */
  | { readonly kind: 'pass' }

export interface Fault {
  /** Default is any. */
  readonly method?: string
  /** Matches the path of a request, the API's prefix left out. */
  readonly path: RegExp
  /** How many requests it meets. Default is all. */
  readonly times?: number
  /** Nothing happens to the request before this is settled. */
  readonly after?: Promise<unknown>
  /** Called for each request that it meets. Default is that nobody listens. */
  readonly met?: () => void
  readonly answer: FaultAnswer
}

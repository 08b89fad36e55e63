// What the double remembers.
import type { GitRepository } from '../github/repositories.ts'

export interface User {
  readonly id: number
  readonly login: string
  readonly isAdmin: boolean
}

export type AccessLevel = 'read' | 'write' | 'admin'

export interface StoredStatus {
  readonly id: number
  readonly sha: string
  readonly state: string
  readonly context: string
  readonly description: string
  readonly targetUrl: string
  readonly creator: User
  readonly createdAtMs: number
}

export interface StoredComment {
  readonly id: number
  readonly pullRequest: number
  readonly author: User
  body: string
  readonly createdAtMs: number
  readonly reactions: { readonly user: User; readonly content: string; readonly createdAtMs: number }[]
}

export interface StoredPullRequest {
  readonly id: number
  readonly number: number
  title: string
  body: string
  readonly author: User
  readonly createdAtMs: number
  updatedAtMs: number
  state: 'open' | 'closed'
  merged: { readonly sha: string; readonly by: User; readonly atMs: number } | undefined
  base: string
  /** Empty for one that was pushed to `refs/for/…`. */
  readonly headBranch: string
  /** Undefined once the fork is gone. */
  head: Repository | undefined
  /** Whether the branch is still there. */
  hasBranch: boolean
  headSha: string
  labels: string[]
}

export interface Hook {
  readonly id: number
  readonly type: string
  url: string
  contentType: string
  secret: string
  /** Names of types of events; undefined for everything. */
  events: readonly string[] | undefined
  isActive: boolean
  branchFilter: string
  authorizationHeader: string
}

export interface StoredDelivery {
  readonly hookId: number
  readonly guid: string
  /** As the header `X-Gitea-Event` has it. */
  readonly event: string
  /** As the header `X-Gitea-Event-Type` has it. */
  readonly type: string
  readonly payload: unknown
  /** As they were sent, the signature included. */
  readonly headers: Readonly<Record<string, string>>
  readonly atMs: number
  /** What the receiver answered; 0 when it could not be reached. */
  readonly status: number
  readonly answer: string
}

export interface Repository {
  readonly id: number
  fullName: string
  /** Names it had before; requests for them are redirected. */
  readonly formerNames: string[]
  readonly owner: User
  defaultBranch: string
  isPrivate: boolean
  isArchived: boolean
  readonly isFork: boolean
  readonly git: GitRepository
  /** By the id of the user. */
  readonly access: Map<number, AccessLevel>
  readonly statuses: StoredStatus[]
  readonly pullRequests: StoredPullRequest[]
  readonly comments: StoredComment[]
  readonly hooks: Hook[]
  readonly deliveries: StoredDelivery[]
}

/** One request that reached the double. */
export interface Call {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly authorization: string | undefined
  /** What Gitea's description has against it. */
  readonly problems: readonly string[]
  /** What was answered; `null` when nothing was (a hang, a reset). */
  status: number | null
}

/**
 * Which server it is like: the newest Gitea, one before labels were named in webhooks, or Forgejo, which sends headers of its own and tells of the
 * pull request that a comment is below.
 */
export type Flavour = 'gitea' | 'gitea-1.20' | 'forgejo'

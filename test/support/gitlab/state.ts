// What the double remembers.
import type { ProjectGit } from './project-git.ts'

export interface User {
  readonly id: number
  readonly username: string
  state: 'active' | 'blocked'
}

export interface StoredStatus {
  readonly id: number
  readonly sha: string
  /** The branch that GitLab took the pipeline for, or what it was told. */
  readonly ref: string
  readonly pipelineId: number
  readonly name: string
  state: 'created' | 'pending' | 'running' | 'success' | 'failed' | 'canceled' | 'skipped'
  description: string | null
  targetUrl: string | null
  readonly author: User
  readonly createdAtMs: number
}

export interface StoredNote {
  readonly id: number
  body: string
  readonly author: User
  readonly createdAtMs: number
  updatedAtMs: number
  readonly awards: { readonly id: number; readonly name: string; readonly user: User }[]
}

export interface MergeRequest {
  readonly id: number
  readonly iid: number
  title: string
  description: string
  state: 'opened' | 'closed' | 'merged'
  readonly author: User
  /** Null when the fork has been deleted. */
  source: Project | null
  readonly sourceBranch: string
  targetBranch: string
  /** Of the head; null when there is none. */
  sha: string | null
  mergeCommitSha: string | null
  labels: readonly string[]
  readonly notes: StoredNote[]
  readonly createdAtMs: number
  updatedAtMs: number
}

export interface StoredEnvironment {
  readonly id: number
  readonly name: string
  externalUrl: string | null
  tier: string | null
  state: 'available' | 'stopped'
  readonly createdAtMs: number
}

export interface StoredDeployment {
  readonly id: number
  readonly iid: number
  readonly environment: StoredEnvironment
  readonly sha: string
  readonly ref: string
  readonly tag: boolean
  status: 'running' | 'success' | 'failed' | 'canceled'
  readonly user: User
  readonly createdAtMs: number
}

export interface Hook {
  readonly id: number
  url: string
  token: string | undefined
  /** `whsec_` and 32 bytes in base64. */
  signingToken: string | undefined
  push_events: boolean
  tag_push_events: boolean
  merge_requests_events: boolean
  note_events: boolean
  enable_ssl_verification: boolean
  push_events_branch_filter: string
  branch_filter_strategy: string
  readonly createdAtMs: number
  /** In a row. */
  failures: number
  disabledUntilMs: number | null
  /** While set, GitLab cannot reach it. */
  isUnreachable: boolean
}

/** One try to send something, as the list of a webhook's events has it. */
export interface StoredDelivery {
  readonly id: number
  readonly hookId: number
  readonly idempotencyKey: string
  /** The header: `Push Hook`. */
  readonly event: string
  readonly payload: unknown
  /** As they were sent, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly atMs: number
  /** What the receiver answered; 0 when it could not be reached. */
  readonly status: number
  readonly answer: string
}

export interface Project {
  readonly id: number
  path: string
  defaultBranch: string
  isPrivate: boolean
  readonly git: ProjectGit
  readonly statuses: StoredStatus[]
  readonly mergeRequests: MergeRequest[]
  readonly environments: StoredEnvironment[]
  readonly deployments: StoredDeployment[]
  readonly hooks: Hook[]
  readonly deliveries: StoredDelivery[]
  /** By the user's id: 30 is Developer, 40 Maintainer. */
  readonly members: Map<number, number>
}

/** One request that reached the double. */
export interface Call {
  readonly atMs: number
  readonly method: string
  /** Below `/api/v4`, or the whole path of a request of Git's. */
  readonly path: string
  readonly body: unknown
  readonly authorization: string | undefined
  /** What GitLab's description has against it. */
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

export interface Fault {
  /** Default is any. */
  readonly method?: string
  /** Matches the path of a request, the API's prefix left out. */
  readonly path: RegExp
  /** How many requests it meets. Default is all. */
  readonly times?: number
  readonly answer: FaultAnswer
}

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

export interface Hook {
  readonly id: number
  readonly url: string
  readonly secret: string
  readonly contentType: 'json' | 'form'
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
  readonly statuses: StoredStatus[]
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

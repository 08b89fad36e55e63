// What kyozo asks of a Git host: to prove who sent a delivery, to say in one vocabulary what it means, and to take verdicts. One folder a
// host; index.ts is the list.
import { KyozoError } from '../errors.ts'
import type { DeliveryRecord } from './record.ts'

/** How kyozo is connected to one account of one Git host. */
export interface ForgeConnection {
  /** Unique among the connections of its forge; the last part of the webhook's address. */
  readonly name: string
  readonly forge: string
  /** Where repositories are cloned from, without a trailing slash: `https://github.com`. */
  readonly webUrl: string
  /** Where the REST API answers, without a trailing slash: `https://api.github.com`. */
  readonly apiUrl: string
  /** Signs deliveries. An empty one never verifies anything. */
  readonly webhookSecret: string
  readonly credential: ForgeCredential
}

export type ForgeCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'app'; readonly appId: string; readonly privateKey: string }

export interface ForgeRepository {
  /** The host's numeric id, as text. It stays when the repository is renamed or moved, so repositories are matched by it. */
  readonly id: string
  /** `owner/name` as the host spells it. */
  readonly fullName: string
  /** Built from the connection and the full name, never taken from a payload. */
  readonly cloneUrl: string
  readonly defaultBranch: string
  readonly isPrivate: boolean
}

export interface PushEvent {
  readonly kind: 'push'
  readonly repository: ForgeRepository
  /** `refs/heads/<branch>`. */
  readonly ref: string
  /** `null` when the branch is new. */
  readonly before: string | null
  /** What the host says the branch points at. A hint: what is deployed is the tip that a fetch finds. */
  readonly after: string
  readonly isForced: boolean
  readonly isCreated: boolean
  readonly pusher: string
}

export interface BranchDeletedEvent {
  readonly kind: 'branch_deleted'
  readonly repository: ForgeRepository
  readonly ref: string
  readonly before: string | null
  readonly pusher: string
}

export interface TagPushedEvent {
  readonly kind: 'tag_pushed'
  readonly repository: ForgeRepository
  /** `refs/tags/<tag>`. */
  readonly ref: string
  readonly after: string
  readonly pusher: string
}

/** What happened to a pull request, as far as a preview cares; anything else about one is ignored. */
export type PullRequestAction = 'opened' | 'updated' | 'reopened' | 'retargeted' | 'ready' | 'drafted' | 'closed'

export interface PullRequestEvent {
  readonly kind: 'pull_request'
  readonly repository: ForgeRepository
  readonly action: PullRequestAction
  readonly number: number
  /** The host's id of the pull request, as text. */
  readonly id: string
  /** Where the head can be fetched from the base repository, whoever's fork it lives in: `refs/pull/7/head`. */
  readonly ref: string
  readonly headSha: string
  /** The head's branch, `refs/heads/<branch>`, in whatever repository it lives. */
  readonly headRef: string
  readonly baseRef: string
  readonly baseSha: string
  /** Whether the head lives in another repository than the base, or in one that is gone. Forks are not trusted. */
  readonly isFork: boolean
  readonly isDraft: boolean
  readonly isMerged: boolean
  readonly author: string
}

/** The host says hello: a webhook was set up. `repository` is absent for a webhook of an organization or an app. */
export interface PingEvent {
  readonly kind: 'ping'
  readonly repository: ForgeRepository | null
}

export interface IgnoredEvent {
  readonly kind: 'ignored'
  /** One sentence without a full stop, for the person who looks at the host's delivery page. */
  readonly reason: string
}

export type ForgeEvent = PushEvent | BranchDeletedEvent | TagPushedEvent | PullRequestEvent | PingEvent | IgnoredEvent

/** The headers of one request by lower-case name, as Node gives them. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export interface SignedRequest {
  readonly headers: RequestHeaders
  /** The body exactly as it arrived. */
  readonly body: Uint8Array
}

/** What a host's headers say about a delivery. */
export interface DeliveryHeaders {
  /** The host's name of the event: `pull_request`. */
  readonly event: string
  /** The host's id of the delivery, the same when it is sent again. */
  readonly deliveryId: string
}

export interface NamedPayload {
  readonly event: string
  readonly payload: unknown
}

export interface Forge {
  readonly name: string
  /** Whether the request carries something that could be a signature; one that does not is refused before its body is read. */
  isSigned(headers: RequestHeaders): boolean
  /** Whether `secret` signed exactly these bytes. Takes the same time for a right and a wrong one, and never throws. */
  verify(request: SignedRequest, secret: string): boolean
  /** Throws `bad_request` when a header is missing or malformed. */
  deliveryHeaders(headers: RequestHeaders): DeliveryHeaders
  /** The names of the headers worth keeping with a delivery. */
  readonly keptHeaders: readonly string[]
  /** Decodes a payload. Throws `payload_invalid` when a known event lacks what kyozo reads of it, and nothing else. */
  parse(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent
  /** Starts using a connection. */
  connect(connection: ForgeConnection, options: ClientOptions): ForgeClient
}

export interface ClientOptions {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** For one answer of the host. Default is 10 s. */
  readonly deadlineMs?: number
}

/** What the forge shows beside a commit. */
export interface CommitStatus {
  readonly repository: { readonly id: string; readonly fullName: string }
  readonly sha: string
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  /** `kyozo/<environment>` or `kyozo/<environment>/<service>`. */
  readonly context: string
  readonly description: string
  readonly targetUrl: string | null
}

/** What came of sending something to a host. Each host translates its answers into these; the outbox decides what follows. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  /** The host did not answer, or was not able to. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** kyozo stopped before the host answered: it may have arrived. */
  | { readonly kind: 'unheard'; readonly reason: string }
  /** The host asks to be left alone, whatever is sent, until `untilMs` (epoch), or for a while when it does not say until when. */
  | { readonly kind: 'rate_limited'; readonly reason: string; readonly untilMs?: number }
  /** The commit is not there yet; hosts copy with a delay, so a few more tries make sense. */
  | { readonly kind: 'commit_unknown'; readonly reason: string }
  /** Trying again changes nothing until a person does something: about kyozo's access, or, where it is the message, with a new one. */
  | { readonly kind: 'refused'; readonly of: 'access' | 'message'; readonly reason: string }

export interface PostOptions {
  /** It was tried before, and nobody knows what came of it: the host is asked first. */
  readonly mayBeThere?: boolean
}

/** One connection, in use. */
export interface ForgeClient {
  /** Sends one status. Whatever the network or the host does is an outcome, not an exception. */
  postStatus(status: CommitStatus, options?: PostOptions): Promise<SendOutcome>
  /**
   * A token that may read the repository's contents, for Git over HTTP; `undefined` when the connection has no credential. Throws
   * `forge_unavailable` or `forge_refused` when the host does not give one.
   */
  fetchToken(request: FetchTokenRequest): Promise<string | undefined>
  /**
   * The repository that has this id now, whatever it is called; undefined when there is none, or the credential may not see it. Throws
   * `forge_unavailable` or `forge_refused`. Absent where the connection cannot ask.
   */
  findRepository?(repository: { readonly id: string; readonly fullName: string }): Promise<ForgeRepository | undefined>
  /** Absent where the host keeps none, or the connection cannot ask. */
  readonly record?: DeliveryRecord
}

export interface FetchTokenRequest {
  readonly id: string
  /** `owner/name`. */
  readonly fullName: string
  /** A token that the host did not accept: another is given where one can be had, and otherwise the same again. */
  readonly notAccepted?: string
}

const fullNamePattern = /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/

/** Whether this is an `owner/name` that can be part of an address: no `..`, no encoded slash, no third part. */
export function isFullName(fullName: string): boolean {
  return fullNamePattern.test(fullName) && !fullName.split('/').some((part) => part === '.' || part === '..')
}

/**
 * Where a repository is fetched from: the connection's own host and the repository's full name. A payload's `clone_url` is never used, since
 * whoever can forge one could make kyozo call any address. Throws `repository_url_refused` for a full name that is none.
 */
export function cloneUrl(connection: ForgeConnection, fullName: string): string {
  if (!isFullName(fullName))
    throw new KyozoError('repository_url_refused', `could not build a clone address: the repository's name is not of the form owner/name`)
  return `${connection.webUrl}/${fullName}.git`
}

/** Why nothing follows from an event, whatever repository it is about; `undefined` when something may. */
export function reasonToIgnore(event: ForgeEvent): string | undefined {
  switch (event.kind) {
    case 'ping':
      return 'pong: the webhook is set up and its secret is right'
    case 'tag_pushed':
      return `${event.ref} is a tag, and kyozo runs branches and pull requests`
    case 'ignored':
      return event.reason
    case 'push':
    case 'branch_deleted':
    case 'pull_request':
      return undefined
  }
}

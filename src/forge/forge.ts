// What kyozo asks of a Git host: to prove who sent a delivery, to say in one vocabulary what it means, and to take verdicts. One folder a
// host; index.ts is the list.
import { KyozoError } from '../errors.ts'
import type { ClientOptions, ForgeClient } from './client.ts'
import type { MessageKind } from './messages.ts'
import type { CommentEvent, MergeQueuedEvent, PullRequestEvent } from './pull-requests.ts'

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

/** A connection as an operator or a team gives it. */
export interface ConnectionSettings {
  /** Default is `main`. */
  readonly name?: string
  /** Default is the host's usual one. */
  readonly apiUrl?: string
  /** Default is where that API belongs. */
  readonly webUrl?: string
  readonly webhookSecret: string
  readonly token?: string
  /** Of GitHub only. `privateKey` is PEM; a literal `\n` counts as a line break, since that is how one survives an environment variable. */
  readonly app?: { readonly id: string; readonly privateKey: string }
}

export interface ForgeRepository {
  /** The host's numeric id, as text. It stays when the repository is renamed or moved, so repositories are matched by it. */
  readonly id: string
  /** `owner/name` as the host spells it; at a host with groups in groups, the whole path. */
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

export type ForgeEvent =
  | PushEvent
  | BranchDeletedEvent
  | TagPushedEvent
  | PullRequestEvent
  | MergeQueuedEvent
  | CommentEvent
  | PingEvent
  | IgnoredEvent

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
  /** Where its API answers when nobody says otherwise; absent for one that everybody runs for themselves. */
  readonly usualApiUrl?: string
  /** Throws `config_invalid` for what could never work. */
  connection(settings: ConnectionSettings): ForgeConnection
  /** What its clients can send: a host without deployments takes none. */
  readonly messages: readonly MessageKind[]
  /** The user that a token is the password of, for Git over HTTP. */
  readonly gitUser: string
  /** Starts using a connection. */
  connect(connection: ForgeConnection, options: ClientOptions): ForgeClient
}

const fullNamePattern = /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/

/** Whether this is an `owner/name` that can be part of an address: no `..`, no encoded slash, no third part. */
export function isFullName(fullName: string): boolean {
  return fullNamePattern.test(fullName) && !fullName.split('/').some((part) => part === '.' || part === '..')
}

/** A group may lie twenty levels deep, and the repository below it. */
const pathPartsLimit = 21
/** What begins with a hyphen is a page of the host, and what ends like a file is another form of one. */
const pathPartPattern = /^(?!-)(?!.*\.(?:git|atom)$)[A-Za-z0-9_.-]{1,255}$/

/** Whether this is a path such as `group/subgroup/name` that can be part of an address: at least two parts, each a name. */
export function isGroupPath(path: string): boolean {
  const parts = path.split('/', pathPartsLimit + 1)
  if (parts.length < 2 || parts.length > pathPartsLimit) return false
  return parts.every((part) => pathPartPattern.test(part) && part !== '.' && part !== '..')
}

/** What names of repositories look like at a host, as one may stand in an address. */
export interface NameForm {
  readonly isName: (fullName: string) => boolean
  /** `owner/name`, for words. */
  readonly words: string
}

export const ownerAndName: NameForm = { isName: isFullName, words: 'owner/name' }
export const groupPath: NameForm = { isName: isGroupPath, words: 'group/subgroup/name' }

/**
 * Where a repository is fetched from: the connection's own host and the repository's full name. A payload's `clone_url` is never used, since
 * whoever can forge one could make kyozo call any address. Throws `repository_url_refused` for a full name that is none.
 */
export function cloneUrl(connection: ForgeConnection, fullName: string, form: NameForm = ownerAndName): string {
  if (!form.isName(fullName))
    throw new KyozoError(
      'repository_url_refused',
      `could not build a clone address: the repository's name is not of the form ${form.words}`,
    )
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
    case 'merge_queued':
    case 'comment':
      return undefined
  }
}

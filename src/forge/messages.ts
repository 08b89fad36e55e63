// What kyozo tells a Git host, and what comes of telling it.

interface MessageRepository {
  readonly id: string
  readonly fullName: string
}

/** What the forge shows beside a commit. */
export interface CommitStatus {
  readonly repository: MessageRepository
  readonly sha: string
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  /** `kyozo/<environment>` or `kyozo/<environment>/<service>`. */
  readonly context: string
  readonly description: string
  readonly targetUrl: string | null
}

/** The one comment that kyozo keeps below a pull request, edited in place. */
export interface StickyComment {
  readonly repository: MessageRepository
  readonly pullRequest: number
  /** Stands in the text and in no other comment, so that kyozo finds its own again. */
  readonly marker: string
  /** Markdown, with the marker in it. */
  readonly body: string
}

/** An answer to somebody who asked something below a pull request. */
export interface CommentReply {
  readonly repository: MessageRepository
  readonly pullRequest: number
  /** Stands in the text and in no other comment. */
  readonly marker: string
  readonly body: string
}

/** What a comment that kyozo has read is marked with: it was heard, done, or not let through. */
export interface CommentReaction {
  readonly repository: MessageRepository
  readonly pullRequest: number
  readonly comment: string
  readonly reaction: 'heard' | 'done' | 'refused'
}

/** A release, as the host's own page of deployments shows it. */
export interface ForgeDeployment {
  readonly repository: MessageRepository
  readonly sha: string
  /** A branch (`refs/heads/main`), or a pull request's head (`refs/pull/7/head`). */
  readonly ref: string
  readonly environment: string
  /** Whether it goes away again, as a preview does. */
  readonly isTransient: boolean
  readonly isProduction: boolean
  /** `inactive`: nothing of it runs any more. */
  readonly state: 'pending' | 'running' | 'success' | 'failure' | 'inactive'
  readonly description: string
  /** Where it can be looked at; null when nothing of it answers. */
  readonly url: string | null
  /** The release's own page. */
  readonly logUrl: string
}

/** A text of some length beside a commit: a check run where the host has them and the connection may make them, and a status otherwise. */
export interface CommitCheck {
  readonly repository: MessageRepository
  readonly sha: string
  readonly name: string
  readonly conclusion: 'success' | 'failure' | 'needs_decision'
  /** What a status says in one line. */
  readonly title: string
  /** Markdown. */
  readonly text: string
  readonly targetUrl: string
}

export type ForgeMessage =
  | ({ readonly kind: 'status' } & CommitStatus)
  | ({ readonly kind: 'comment' } & StickyComment)
  | ({ readonly kind: 'reply' } & CommentReply)
  | ({ readonly kind: 'reaction' } & CommentReaction)
  | ({ readonly kind: 'deployment' } & ForgeDeployment)
  | ({ readonly kind: 'check' } & CommitCheck)

export type MessageKind = ForgeMessage['kind']

/** What came of sending something to a host. Each host translates its answers into these; the outbox decides what follows. */
export type SendOutcome =
  /** `id`: what the host calls it, where that is needed to change it later. */
  | { readonly kind: 'sent'; readonly id?: string }
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

export interface SendOptions {
  /** It was tried before, and nobody knows what came of it: the host is asked first. */
  readonly mayBeThere?: boolean
  /** What the host called what was sent of the same target before: it is changed, and made anew when somebody took it away. */
  readonly knownId?: string
}

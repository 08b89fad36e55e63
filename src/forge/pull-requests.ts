// Pull requests in one vocabulary. GitLab calls them merge requests.
import type { ForgeRepository } from './forge.ts'

/** Somebody on a Git host. The login is for words; who may do what is asked by the id where the host allows it. */
export interface ForgeUser {
  /** The host's numeric id, as text. */
  readonly id: string
  readonly login: string
}

/** A pull request as its host has it at one moment. */
export interface ForgePullRequest {
  /** What people call it by: 7 of #7 or !7. */
  readonly number: number
  /** The host's id of it, as text: what pull requests are matched by. */
  readonly id: string
  readonly state: 'open' | 'merged' | 'closed'
  /** One line, whoever wrote it. */
  readonly title: string
  /** Its page; built from the connection, never taken from a payload. */
  readonly url: string
  /** Where the head can be fetched from the base repository, whoever's fork it lives in: `refs/pull/7/head`. */
  readonly ref: string
  readonly headSha: string
  /** The head's branch, `refs/heads/<branch>`, in whatever repository it lives. */
  readonly headRef: string
  /** The branch that it is to be merged into, `refs/heads/<branch>`. */
  readonly baseRef: string
  /** Whether the head lives in another repository than the base, or in one that is gone. Forks are not trusted. */
  readonly isFork: boolean
  readonly isDraft: boolean
  readonly author: string
  /** Names of its labels. */
  readonly labels: readonly string[]
  /** When it changed last, by the host's clock; null when the host does not say. Of two states the later one holds. */
  readonly updatedAt: Date | null
}

/** What happened to a pull request, as far as a preview cares; anything else about one is ignored. */
export type PullRequestAction = 'opened' | 'updated' | 'reopened' | 'retargeted' | 'ready' | 'drafted' | 'labeled' | 'unlabeled' | 'closed'

export interface PullRequestEvent {
  readonly kind: 'pull_request'
  readonly repository: ForgeRepository
  readonly action: PullRequestAction
  readonly pullRequest: ForgePullRequest
  /** Who did it, which need not be the author. */
  readonly sender: ForgeUser
  /** The labels that were put on or taken off, of `labeled` and `unlabeled`. */
  readonly changedLabels: readonly string[]
}

/** The host tries what waits to be merged on a branch of its own: a merge queue. Which pull request it tries, those before it in the queue included. */
export interface MergeQueuedEvent {
  readonly kind: 'merge_queued'
  readonly repository: ForgeRepository
  /** The host's own branch, `refs/heads/…`, and the commit that is tried. */
  readonly ref: string
  readonly sha: string
  readonly pullRequest: number
  /** Where it is to be merged: `refs/heads/main`. */
  readonly intoRef: string
}

/** Somebody wrote below a pull request. Only what begins with `/kyozo` is told; everything else is ignored by the parser. */
export interface CommentEvent {
  readonly kind: 'comment'
  readonly repository: ForgeRepository
  readonly pullRequest: number
  readonly comment: { readonly id: string; readonly text: string; readonly at: Date | null }
  readonly author: ForgeUser
}

/**
 * The first line of a comment when it speaks to kyozo, without blanks around it and without control characters; undefined otherwise. At most 500
 * characters of it are kept.
 */
export function commandLine(text: string): string | undefined {
  const line = text.trimStart().split(/\r?\n/, 1)[0]!.trim()
  if (!/^\/kyozo(?:\s|$)/.test(line)) return undefined
  return line.slice(0, 500).toWellFormed().replace(/\s/gu, ' ').replace(/\p{C}/gu, '')
}

// The tables of compose.kyozo.yaml: what was found of it, what was generated, and what of a repository is kyozo's own.
import type { Generated } from 'kysely'
import type { Committed } from '../../stack/edits/with-edits.ts'
import type { OptionalJson, OptionalTime, Time } from './columns.ts'

/** What became of the file after a release, in words that a person can act on. */
export interface CommitBack {
  readonly state: 'nothing' | 'waiting' | 'written' | 'proposed' | 'refused'
  readonly words: string
  /** The pull request. */
  readonly url?: string
  /** The commit that it was written with. */
  readonly sha?: string
}

export interface ComposeFileTable {
  environmentId: string
  teamId: string
  workspaceId: string
  /** The release that found it, and its commit. */
  releaseId: string | null
  sha: string
  /** Null once it needs nothing from kyozo. */
  found: OptionalJson<Committed>
  /** What was generated when the file last needed nothing. */
  last: Generated<string | null>
  /** When kyozo last wrote to the branch, or proposed something for it. */
  writtenAt: OptionalTime
  updatedAt: Time
}

export interface ComposeTextTable {
  workspaceId: string
  /** That of a file, by which `generated` is what it is compared with. */
  key: string
  teamId: string
  generated: string
  createdAt: Time
}

/** Commits that this kyozo made. */
export interface ComposeCommitTable {
  workspaceId: string
  sha: string
  teamId: string
  /** The released commit that it came after, at once or after others of kyozo's own. */
  released: string
  /** Whether its file says what that commit runs; in a conflict it says something else. */
  saysWhatRuns: boolean
  /** The branches that it was proposed for; empty where it was pushed to the branch itself. */
  proposedInto: Generated<string[]>
  createdAt: Time
}

export interface ComposeProposalTable {
  workspaceId: string
  intoRef: string
  /** The file as it was and as it would be. */
  changeKey: string
  teamId: string
  /** Of the pull request; null on a repository that has none. */
  number: number | null
  url: string | null
  state: Generated<'open' | 'closed' | 'merged'>
  /** The commit that its branch leads to, whoever made it; null of what is older than this column, until its host speaks of it. */
  headSha: Generated<string | null>
  createdAt: Time
  updatedAt: Time
}

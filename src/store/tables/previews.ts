// The table of pull requests.
import type { Generated } from 'kysely'
import type { ReviewSummary } from '../../review/summary.ts'
import type { OptionalJson, OptionalTime, Time } from './columns.ts'

/** Why nothing of a pull request runs although it is open. */
export type Held = 'off' | 'draft' | 'approval' | 'destroyed' | 'expired' | 'evicted' | 'full' | 'failed' | 'nothing'

/** What a review says, as it is shown. */
export interface StoredReview extends ReviewSummary {
  /** The commit that it was compared with: where it left the base branch, or the base's tip where that was not found. */
  readonly baseSha: string
  /** What else whoever reads it has to know: sentences of plain text. Default is nothing. */
  readonly notes?: readonly string[]
  /** Why there is none: its head cannot be deployed. */
  readonly failed?: string
}

export interface PullRequestTable {
  id: string
  teamId: string
  workspaceId: string
  /** The host's own id: what deliveries are matched by. */
  hostId: string
  number: number
  state: 'open' | 'merged' | 'closed'
  title: string
  url: string
  author: string
  /** Where its head is fetched from: `refs/pull/7/head`. */
  ref: string
  headSha: string
  /** Since when it is known that `headSha` is its head. */
  headSince: Time
  headRef: string
  baseRef: string
  /** When it was known to be pointed at another base branch last; null when it never was. */
  retargetedAt: OptionalTime
  isFork: boolean
  isDraft: boolean
  labels: Generated<string[]>
  /** By the host's clock; null when it does not say. */
  hostUpdatedAt: OptionalTime
  /** Counts what was learned of it. */
  revision: Generated<number>
  /** Its preview; null when there is none. */
  environmentId: string | null
  held: Generated<Held | null>
  heldReason: Generated<string | null>
  /** The commit that was its head when it was held. */
  heldSha: Generated<string | null>
  /** Who asked for a preview of it, until it is removed or the pull request is over. */
  askedBy: Generated<string | null>
  approvedSha: Generated<string | null>
  /** The base branch that it was approved for. */
  approvedBase: Generated<string | null>
  approvedBy: Generated<string | null>
  approvedAt: OptionalTime
  review: OptionalJson<StoredReview>
  /** The commit that was reviewed. */
  reviewSha: Generated<string | null>
  /** When somebody began to look at it last, or ended, whatever came of that; null while nobody was asked to. */
  lookedAt: OptionalTime
  /** Whether it could not be read for what stands in the repository: the clock changes nothing about that. */
  waitsForPush: Generated<boolean>
  /** Whether the last look came to nothing, for that reason or another. */
  lookFailed: Generated<boolean>
  /** When it was pushed to, spoken of or looked at last; of one from a fork, when somebody of the team approved it or asked for it. */
  lastUsedAt: Time
  createdAt: Time
  updatedAt: Time
  closedAt: OptionalTime
}

/** A volume that a database of a preview was, or is being, seeded in. */
export interface SeededVolumeTable {
  environmentId: string
  /** As the compose document calls it. */
  volume: string
  teamId: string
  service: string
  /** Where the data comes from, in words. */
  source: string
  state: Generated<'begun' | 'done'>
  /** What tells the volume from another of its name; null until it is done. */
  mark: Generated<string | null>
  begunAt: Time
  doneAt: OptionalTime
}

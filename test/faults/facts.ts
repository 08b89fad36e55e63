// What the checker knows of a history: what was done, and what is seen afterwards from outside. Plain data.
import type { History, ServiceName } from './acts.ts'
import type { Contents } from './contents.ts'
import type { Handover } from './world/delivery-gate.ts'
import type { EngineEvent } from './world/engine-log.ts'
import type { Exit } from './world/kyozo-process.ts'

export interface Facts {
  readonly history: History
  readonly done: Done
  readonly seen: Seen
}

/** What the harness did and was answered. */
export interface Done {
  readonly startedMs: number
  readonly commits: readonly Commit[]
  readonly handovers: readonly Handover[]
  /** What people asked for and kyozo said it would do, oldest first. */
  readonly asked: readonly Asked[]
  /** Names of faults that kyozo met, a strike at a step as `kill at switch.storing`. */
  readonly faults: readonly string[]
  /** Services whose containers somebody killed or removed by hand. */
  readonly handled: readonly ServiceName[]
  /** What stood in the volume of `data` when it first ran. */
  readonly marker: string | undefined
  /** The container of `still` when it first ran. */
  readonly still: ContainerSeen | undefined
  /** Since the lane was opened: no end is asked for between histories. */
  readonly exits: readonly Exit[]
  /** How much slower than a quiet one the machine was. */
  readonly slowness: number
}

export interface Commit {
  readonly sha: string
  readonly contents: Contents
}

export interface Asked {
  readonly kind: string
  readonly service: ServiceName | undefined
  /** How many copies, of a `scale`. */
  readonly replicas?: number
  /** Of kyozo's answer; 0 when there was none. */
  readonly status: number
  readonly operationId: string | undefined
  readonly askedMs: number
  readonly answeredMs: number
}

export interface Seen {
  /** The branch's tip as Git says; undefined when it was deleted. */
  readonly tip: string | undefined
  readonly environment: EnvironmentSeen | undefined
  readonly deliveries: readonly { readonly guid: string; readonly decision: string; readonly reason: string; readonly releaseIds: readonly string[] }[]
  readonly releases: readonly ReleaseSeen[]
  readonly services: readonly ServiceSeen[]
  readonly operations: readonly OperationSeen[]
  readonly repairs: readonly RepairSeen[]
  /** Fields that somebody wants put back, and that still differ. */
  readonly awaited: readonly string[]
  readonly outbox: readonly { readonly target: string; readonly isOpen: boolean; readonly wasDropped: boolean; readonly words: string | null }[]
  /** What the Git host shows, in the order in which it was told. */
  readonly statuses: readonly StatusSeen[]
  readonly containers: readonly ContainerSeen[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
  /** By service: status and text, as a visitor is answered. */
  readonly answers: Readonly<Partial<Record<ServiceName, { readonly status: number; readonly text: string }>>>
  readonly marker: string | undefined
  readonly events: readonly EngineEvent[]
  readonly bystanders: BystandersSeen
  /** When the lane was opened. */
  readonly bystandersAtFirst: BystandersSeen
  /** When the history began. */
  readonly bystandersBefore: BystandersSeen
  /** Those that this kyozo has made, by name. */
  readonly images: readonly ImageSeen[]
  /** Environments of earlier histories. */
  readonly givenUp: readonly GivenUpSeen[]
  /** Programs that kyozo started and that run still. */
  readonly children: readonly string[]
  readonly peakMemoryMiB: number
  /** Places in which a secret stands in plain text. */
  readonly leaks: readonly string[]
} // biome-ignore format: rows

/** By name; undefined for one that is gone. `state` is of a container: how it is and since when. */
export type BystandersSeen = Readonly<Record<string, { readonly id: string; readonly state: string; readonly since: string } | undefined>>

export interface ImageSeen {
  readonly name: string
  /** Since it was made or named anew. */
  readonly forMs: number
  /** By a release that is kept or has not ended. */
  readonly isNeeded: boolean
  /** By any container. */
  readonly isUsed: boolean
}

export interface GivenUpSeen {
  readonly project: string
  readonly forMs: number
  /** Whether kyozo still knows the environment. */
  readonly isKnown: boolean
  /** What came of its deletion, and of the environment, in words: for whoever looks for the cause. */
  readonly history: string
  readonly containers: number
  readonly networks: number
  readonly hasFolder: boolean
}

export interface EnvironmentSeen {
  readonly project: string
  readonly liveReleaseId: string | null
  readonly generation: number
  readonly isPaused: boolean
}

export interface ReleaseSeen {
  readonly id: string
  readonly sequence: number
  readonly sha: string
  readonly state: string
  readonly reason: string | null
  readonly errorCode: string | null
  readonly attempt: number
  readonly hasLease: boolean
  /** Of the live commit, or of an earlier release: asked for by a person. */
  readonly isAsked: boolean
  /** Of its first try; null when it never began. */
  readonly startedMs: number | null
  readonly finishedMs: number | null
  readonly verdicts: readonly { readonly service: string; readonly verdict: string; readonly words: string }[]
  /** Services of the stack that it was to run. */
  readonly stack: readonly string[]
  /** Of each of them, how many. */
  readonly copies: Readonly<Record<string, number>>
}

export interface OperationSeen {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly words: string | null
  readonly holder: string | null
  readonly releaseId: string | null
}

export interface RepairSeen {
  readonly state: string
  readonly reason: string
  readonly startedMs: number
  /** Null while it goes on. */
  readonly finishedMs: number | null
}

export interface ServiceSeen {
  readonly id: string
  readonly name: ServiceName
  readonly desiredState: string
  readonly status: string
  readonly eventSequence: number
  readonly eventNumbers: readonly number[]
}

export interface StatusSeen {
  readonly sha: string
  readonly context: string
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  readonly atMs: number
  /** What it says to people, and where it leads them. */
  readonly words: string
}

export interface ContainerSeen {
  readonly id: string
  readonly service: string
  readonly state: string
  readonly startedAt: string
  readonly generation: number
}

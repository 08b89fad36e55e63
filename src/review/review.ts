// What merging a change would do, as data. Types only: review-change.ts decides, text.ts, markdown.ts and topology-mermaid.ts say it.
import type { TreeDiff } from '../git/source-tree.ts'
import type { FileChange } from '../reconcile/affected-services.ts'
import type { Cause, StackPlan } from '../reconcile/plan.ts'
import type { Specified } from '../stack/from-source.ts'
import type { Difference, StackService } from '../stack/stack.ts'
import type { Evidence, Strategy } from '../topology/topology.ts'

/** One side of a change: what its commit holds and what should run of it. */
export type ReviewedSide = Pick<Specified, 'topology' | 'stack'>

export interface ReviewInput {
  /** Where the change begins, specified in the same context as `after`; null when nothing is there yet. */
  readonly before: ReviewedSide | null
  readonly after: ReviewedSide
  /** What differs between the trees of the two. */
  readonly diff: TreeDiff
  /** Whether the commit that the change leads to has anything in a folder. */
  readonly hasFolder: (folder: string) => boolean
  /** Whether both sides were specified with the secrets that people set, so that what is missing is missing. Default is no. */
  readonly knowsSecrets?: boolean
}

/** `moved`: the same service under another folder, another name, or both. `rebuilt` and `changed`: its image is made anew, or only how it is run changes. */
export type ChangeKind = 'removed' | 'moved' | 'rebuilt' | 'changed' | 'added' | 'unchanged'

export interface Mount {
  readonly volume: string
  readonly target: string
}

export interface Link {
  readonly service: string
  readonly kind: 'requires' | 'optional'
}

/** What a service is on one side, as far as a change of it matters to people. */
export interface ServiceFacts {
  readonly name: string
  /** Null for a backing service. */
  readonly folder: string | null
  readonly type: StackService['type']
  readonly image: string
  readonly isBuilt: boolean
  /** The port that it answers on inside its container; null for a worker. */
  readonly port: number | null
  /** Ports of the machine that it holds, such as `127.0.0.1:5432 → 5432`. */
  readonly machinePorts: readonly string[]
  readonly mounts: readonly Mount[]
  readonly replicas: number
  /** In Kubernetes units and in cores, of each copy; null for what has no limit. */
  readonly memory: string | null
  readonly cpu: string | null
  readonly health: string
  /** Names of the variables that it is given. */
  readonly variables: readonly string[]
  readonly links: readonly Link[]
  /** Null where nobody had to guess. */
  readonly confidence: number | null
}

/** A single value has at most one on each side. */
export interface FactChange {
  readonly fact: string
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** A service that goes on under another folder or another name. */
export interface Move {
  readonly from: { readonly name: string; readonly folder: string | null }
  readonly to: { readonly name: string; readonly folder: string | null }
  /** How many of the files that left the old folder are in the new one: with the same content, and in all. Null where no folder changed. */
  readonly files: { readonly same: number; readonly all: number } | null
  /** Volumes, addresses and secrets go by the name. */
  readonly keepsName: boolean
  /** What keeps the name, as a sentence; null where it is kept. */
  readonly fix: string | null
}

export interface ServiceChange {
  /** Its name after the change; before it for one that is removed. */
  readonly name: string
  readonly kind: ChangeKind
  /** Whether its image is made anew; one that moved may keep it. */
  readonly isRebuilt: boolean
  readonly cause: Cause
  readonly before: ServiceFacts | null
  readonly after: ServiceFacts | null
  /** Null but for one that moved. */
  readonly move: Move | null
  /** In what it differs, besides its image's content. */
  readonly facts: readonly FactChange[]
  /** The changed files that its image is made of, its own folder's first. */
  readonly files: readonly FileChange[]
  /** How the old container gives way, where one is replaced. */
  readonly replacement: StackService['replacement'] | null
  /** Why it is what it is, the strongest facts first. */
  readonly evidence: readonly Evidence[]
}

/** A volume whose data the change may put out of reach. kyozo deletes none. */
export interface VolumeRisk {
  readonly kind: 'unmounted' | 'left_behind' | 'elsewhere' | 'other_version' | 'other_product'
  readonly volume: string
  /** Whose data it is, by its name before the change. */
  readonly service: string
  /** A sentence without a full stop. */
  readonly words: string
  /** What to do about it, as a sentence without a full stop. */
  readonly advice: string
}

/** What a person has to say yes to. */
export interface Decision {
  readonly kind: 'data' | 'unsure'
  readonly service: string
  readonly words: string
}

/** A release of the change would end so. */
export interface ExpectedFailure {
  readonly service: string | null
  readonly words: string
  readonly advice: string | null
}

export interface MissingVariables {
  readonly service: string
  readonly variables: readonly string[]
}

/** A part of the compose document that differs, with lines around it; each line begins with a blank, `+` or `-`. */
export interface DiffHunk {
  readonly at: { readonly before: number; readonly after: number }
  readonly lines: readonly string[]
}

export interface ComposeDiff {
  readonly added: number
  readonly removed: number
  /** Empty when nothing differs, and when `isTooLarge`: so much differs that nobody would read it. */
  readonly hunks: readonly DiffHunk[]
  readonly isTooLarge: boolean
}

export interface Review {
  /** Whether nothing was there before. */
  readonly isFirst: boolean
  /** What needs attention most comes first; those that nothing changes come last. */
  readonly services: readonly ServiceChange[]
  readonly strategy: { readonly before: Strategy | null; readonly after: Strategy }
  /** What a release would do, step by step. */
  readonly plan: StackPlan
  readonly risks: readonly VolumeRisk[]
  readonly decisions: readonly Decision[]
  readonly failures: readonly ExpectedFailure[]
  /** Variables that a service needs and that nothing gives it, where that was not so before. */
  readonly missing: readonly MissingVariables[]
  readonly knowsSecrets: boolean
  readonly composeDiff: ComposeDiff
  /** New differences from the user's own compose file, and how many there were before. */
  readonly differences: { readonly added: readonly Difference[]; readonly kept: number }
  /** Sentences about what was passed over, where they are new. */
  readonly warnings: readonly string[]
}

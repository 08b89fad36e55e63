// A program as a deployment file tells of it: a service of a compose file, a workload of Kubernetes. Types only.
import type { StatedAddress } from '../../claim.ts'
import type { ComposeDependency, PublishedPort } from '../../compose/facts/facts.ts'
import type { Connection, Evidence } from '../../topology.ts'

export interface Workload {
  /** The file that tells of it. */
  readonly file: string
  readonly name: string
  /** Every name that its neighbours reach it by, its own first. */
  readonly hosts: readonly string[]
  readonly image: string | undefined
  /** Folders of the repository that it may be built or run from, the likeliest first. */
  readonly folders: readonly string[]
  readonly dependsOn: readonly WorkloadDependency[]
  readonly addresses: readonly StatedAddress[]
  /** Ports of the machine that it takes for itself. Default is none. */
  readonly published?: readonly PublishedPort[]
  /** Whether its file is a stack that runs as it is written, so that what it says is declared. */
  readonly isStack: boolean
  /** Whether only developers start it, as what an override adds. */
  readonly isForDevelopers: boolean
  readonly evidence: Evidence
}

export interface WorkloadDependency extends ComposeDependency {
  /** Variables that whoever reads the file gives the other's address by. Default is none. */
  readonly connections?: readonly Connection[]
}

// What each ecosystem tells of the packages of a repository. Types only.
import type { Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'

export interface Workspace {
  readonly root: string
  readonly evidence: Evidence
  /** Manifests and lockfiles that every member's installation reads. */
  readonly files: readonly string[]
  readonly isMember: (folder: string) => boolean
}

/** One package of the repository uses another. */
export interface FolderUse {
  readonly from: string
  readonly folder: string
  readonly evidence: Evidence
}

export type WorkspaceOf = (folder: string) => Workspace | undefined

export interface Ecosystem {
  readonly workspaces?: (repository: Repository) => readonly Workspace[]
  readonly uses: (repository: Repository, workspaceOf: WorkspaceOf) => readonly FolderUse[]
}

// Keeps what an analysis found, for people and programs that ask what a repository holds.
import type { TreeListing } from '../git/objects.ts'
import type { Executor } from '../store/database.ts'
import { storeAnalysis } from '../store/topology.ts'
import type { Workspace } from '../store/workspaces.ts'
import { detectionsOf, indicatorFiles } from '../topology/report/detections.ts'
import { hideSecrets } from '../topology/report/hide-secrets.ts'
import type { Topology } from '../topology/topology.ts'

export interface Analyzed {
  readonly workspace: Workspace
  readonly ref: string
  readonly sha: string
  readonly listing: TreeListing
  readonly topology: Topology
  readonly durationMs: number
}

/** In the caller's transaction, so that what a lost lease found is not kept. Returns the detection of the whole repository. */
export function recordAnalysis(db: Executor, { workspace, ref, sha, listing, topology, durationMs }: Analyzed): Promise<string> {
  return storeAnalysis(db, workspace, {
    topology: { ...topology, services: hideSecrets(topology.services) },
    sha,
    detections: detectionsOf(topology),
    files: indicatorFiles(topology).flatMap((file) => {
      const entry = listing.entries.get(file.path)
      return entry === undefined ? [] : [{ ...file, blob: entry.oid }]
    }),
    metadata: { ref, tree: listing.tree, files: listing.entries.size, duration_ms: Math.round(durationMs), warnings: topology.warnings },
    isOfDefaultBranch: ref === `refs/heads/${workspace.defaultBranch}`,
  })
}

// Whether a commit runs nowhere because somebody wanted it so.
import { productionName } from '../environment-names.ts'
import type { Executor } from '../store/database.ts'
import { wasAccepted } from '../store/deliveries.ts'
import { findEnvironmentByRef, wasDeletedSince } from '../store/environments.ts'

/** The commit had its release and runs nowhere: somebody deleted the environment, and the next push brings it back, also one during the deletion. */
export async function wasGivenUp(
  db: Executor,
  at: { readonly workspaceId: string; readonly ref: string; readonly sha: string },
): Promise<boolean> {
  return (await findEnvironmentByRef(db, at.workspaceId, at.ref)) === undefined && wasAccepted(db, { ...at, environment: productionName })
}

/** Where nobody knows the newest commit: whether production is gone, by a deletion that was asked for since. */
export async function isDeletedSince(
  db: Executor,
  at: { readonly workspaceId: string; readonly ref: string; readonly since: Date },
): Promise<boolean> {
  return (
    (await findEnvironmentByRef(db, at.workspaceId, at.ref)) === undefined &&
    wasDeletedSince(db, { workspaceId: at.workspaceId, name: productionName, since: at.since })
  )
}

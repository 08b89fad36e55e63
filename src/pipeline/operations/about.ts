// What an operation is about, read anew when it is worked on.
import { KyozoError } from '../../errors.ts'
import type { Executor } from '../../store/database.ts'
import { type Environment, findEnvironment } from '../../store/environments.ts'
import type { Operation } from '../../store/operations.ts'
import { findWorkspace, type Workspace } from '../../store/workspaces.ts'
import type { Fetching } from '../tip.ts'
import type { OperationContext } from './operation.ts'

export async function workspaceOf({ workspaceId }: Pick<Operation, 'workspaceId'>, db: Executor): Promise<Workspace> {
  return known(workspaceId === null ? undefined : await findWorkspace(db, workspaceId), 'the workspace')
}

export async function environmentOf({ environmentId }: Pick<Operation, 'environmentId'>, db: Executor): Promise<Environment> {
  return known(environmentId === null ? undefined : await findEnvironment(db, environmentId), 'the environment')
}

export function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new KyozoError('not_found', `${what} was deleted`)
  return found
}

/** A text of the operation's input, which the API has checked. */
export function textIn({ input }: Pick<Operation, 'input'>, name: string): string {
  const value = input[name]
  if (typeof value === 'string') return value
  throw new KyozoError('internal', `the operation's input has no ${name}`)
}

/** An operation prints nothing that it fetches with. */
export function fetchingFor(workspace: Workspace, { signal }: OperationContext): Fetching {
  return { workspace, signal, redactAlso: () => undefined }
}

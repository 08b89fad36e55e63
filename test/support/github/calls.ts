// One request as an operation sees it, and who may make it.
import { allows, type Caller, type Grant, type KnownApp, mayUse, type Permission } from './access.ts'
import type { Operation } from './openapi.ts'
import type { Repository } from './state.ts'
import { type Answer, failure, type World } from './world.ts'

export interface OperationCall {
  readonly caller: Caller
  readonly operation: Operation
  readonly body: Readonly<Record<string, unknown>>
  /** The repository in the path, when it is one that exists. */
  readonly repository: Repository | undefined
  readonly path: string
  readonly query: URLSearchParams
}

export interface RepositoryCall extends OperationCall {
  readonly repository: Repository
  /** Absent for who reads what is public without a credential. */
  readonly grant: Grant | undefined
}

/** One that changes something. */
export type GrantedCall = RepositoryCall & { readonly grant: Grant }

export type Handler = (world: World, call: OperationCall) => Answer | Promise<Answer>

/** What is public may be read by everybody, but for what concerns its owners alone. */
const never: readonly Permission[] = ['administration', 'repository_hooks']

/** For whoever has one of these permissions. */
export function reads(
  permissions: Permission | readonly Permission[],
  work: (world: World, call: RepositoryCall) => Answer | Promise<Answer>,
) {
  const any = [permissions].flat() as readonly Permission[]
  return (world: World, call: OperationCall): Answer | Promise<Answer> => {
    const { repository, caller } = call
    if (repository === undefined) return failure(404, 'Not Found')
    const isPublic = !repository.isPrivate && !any.some((one) => never.includes(one))
    if (caller.kind !== 'token') return isPublic ? work(world, { ...call, repository, grant: undefined }) : failure(404, 'Not Found')
    if (!mayUse(caller.grant, repository.id))
      return isPublic ? work(world, { ...call, repository, grant: caller.grant }) : failure(404, 'Not Found')
    if (!any.some((one) => allows(caller.grant.permissions, one, 'read'))) return failure(403, 'Resource not accessible by integration')
    return work(world, { ...call, repository, grant: caller.grant })
  }
}

export function writes(permission: Permission, work: (world: World, call: GrantedCall) => Answer | Promise<Answer>): Handler {
  return (world, call) => {
    const { repository, caller } = call
    if (repository === undefined) return failure(404, 'Not Found')
    if (caller.kind !== 'token') return repository.isPrivate ? failure(404, 'Not Found') : failure(401, 'Requires authentication')
    const { grant } = caller
    if (!mayUse(grant, repository.id)) return failure(404, 'Not Found')
    if (!allows(grant.permissions, permission, 'write')) return failure(403, 'Resource not accessible by integration')
    return work(world, { ...call, repository, grant })
  }
}

export function asApp(work: (world: World, call: OperationCall, app: KnownApp) => Answer | Promise<Answer>): Handler {
  return (world, call) =>
    call.caller.kind === 'app' ? work(world, call, call.caller.app) : failure(401, 'A JSON web token could not be decoded')
}

/** The commit that a name stands for, as Git and GitHub look for it. */
export async function commitOf({ git }: Repository, name: string): Promise<string | undefined> {
  const places = [name, `refs/${name}`, `refs/heads/${name}`, `refs/tags/${name}`]
  for (const place of places) {
    const sha = await git.tip(place)
    if (sha !== undefined) return sha
  }
  return undefined
}

// What GitHub tells of a push that came over HTTP, as a test or kyozo itself pushes.
import { branchMoved } from './moves.ts'
import type { Repository } from './state.ts'
import type { World } from './world.ts'

export interface HttpPush {
  /** Where each branch pointed before. */
  readonly before: ReadonlyMap<string, string>
  /** The header by which whoever pushed was let in. */
  readonly by: string | undefined
}

export async function tellOfPush(world: World, repository: Repository, { before, by }: HttpPush): Promise<void> {
  const after = await repository.git.branches()
  const caller = world.access.callerOf(by)
  const pusher = caller.kind === 'token' ? caller.grant.account : undefined
  for (const ref of new Set([...before.keys(), ...after.keys()])) {
    const [from, to] = [before.get(ref) ?? null, after.get(ref) ?? null]
    if (from === to) continue
    const isForced = from !== null && to !== null && !(await repository.git.contains(to, from))
    await branchMoved(world, repository, { branch: ref.slice('refs/heads/'.length), before: from, after: to, isForced, pusher })
  }
}

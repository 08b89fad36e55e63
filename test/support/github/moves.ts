// What follows from a branch that moved: the push, and what becomes of the pull requests that come from it or lead to it.
import type { Account, Repository, StoredDelivery, StoredPull } from './state.ts'
import { pullPayload, pushPayload, tell } from './webhooks.ts'
import type { World } from './world.ts'

export interface BranchMove {
  readonly branch: string
  /** `null` when the branch is new. */
  readonly before: string | null
  /** `null` when it was deleted. */
  readonly after: string | null
  readonly isForced: boolean
  /** Who pushed. Default is somebody. */
  readonly pusher?: Account | undefined
}

export interface MoveNews {
  /** Of the push. */
  readonly deliveries: readonly StoredDelivery[]
  /** Of pull requests. */
  readonly aboutPulls: readonly StoredDelivery[]
}

/** Everything is changed before anything is told, so that whoever is told finds it so. */
export async function branchMoved(world: World, repository: Repository, move: BranchMove): Promise<MoveNews> {
  const news = [...(await followHeads(world, repository, move)), ...(await followBases(world, repository, move))]
  const payload = pushPayload(world, repository, { ref: `refs/heads/${move.branch}`, ...move })
  const deliveries = await tell(world, repository, { event: 'push', payload })
  const aboutPulls: StoredDelivery[] = []
  for (const { base, ...one } of news)
    aboutPulls.push(...(await tell(world, base, { event: 'pull_request', payload: pullPayload(world, base, one) })))
  return { deliveries, aboutPulls }
}

interface News {
  readonly base: Repository
  readonly action: string
  readonly pull: StoredPull
  readonly sender: Account
  readonly more?: Record<string, unknown>
}

/** Open pull requests that come from the branch, in whatever repository they are. */
async function followHeads(world: World, repository: Repository, { branch, before, after, pusher }: BranchMove): Promise<News[]> {
  const news: News[] = []
  for (const base of world.repositories)
    for (const pull of base.pulls) {
      if (pull.state !== 'open' || pull.headRepository !== repository || pull.headBranch !== branch) continue
      const sender = pusher ?? pull.author
      if (after === null) news.push(closed(world, { base, pull, sender }))
      else if (after !== pull.headSha) {
        await takeHead(world, { base, pull, sha: after })
        news.push({ base, action: 'synchronize', pull, sender, more: { before: before ?? pull.headSha, after } })
      }
    }
  return news
}

/** Open pull requests that lead to the branch: what it contains now is merged, however it came there. */
async function followBases(world: World, repository: Repository, { branch, after, pusher }: BranchMove): Promise<News[]> {
  const news: News[] = []
  for (const pull of repository.pulls) {
    if (pull.state !== 'open' || pull.baseBranch !== branch) continue
    const sender = pusher ?? pull.author
    if (after === null)
      news.push((await retargeted(world, repository, { branch, pull, sender })) ?? closed(world, { base: repository, pull, sender }))
    else if (await repository.git.contains(after, pull.headSha)) {
      Object.assign(pull, { mergedAtMs: world.now(), mergeSha: after, baseSha: after })
      news.push(closed(world, { base: repository, pull, sender }))
    } else pull.baseSha = after
  }
  return news
}

/** A branch that was merged and deleted leaves what leads to it to the branch that it was merged into; undefined where it was not merged. */
async function retargeted(
  { now }: World,
  repository: Repository,
  { branch, pull, sender }: Pick<News, 'pull' | 'sender'> & { readonly branch: string },
): Promise<News | undefined> {
  const lower = repository.pulls.findLast(
    (one) => one.mergedAtMs !== null && one.headRepository === repository && one.headBranch === branch,
  )
  const baseSha = lower === undefined ? undefined : await repository.git.tip(`refs/heads/${lower.baseBranch}`)
  if (lower === undefined || baseSha === undefined) return undefined
  const from = { ref: { from: pull.baseBranch }, sha: { from: pull.baseSha } }
  Object.assign(pull, { baseBranch: lower.baseBranch, baseSha, updatedAtMs: now() })
  return { base: repository, action: 'edited', pull, sender, more: { changes: { base: from } } }
}

function closed({ now }: World, { base, pull, sender }: Pick<News, 'base' | 'pull' | 'sender'>): News {
  Object.assign(pull, { state: 'closed', closedAtMs: now(), updatedAtMs: now() })
  return { base, action: 'closed', pull, sender }
}

interface Head {
  readonly base: Repository
  readonly pull: StoredPull
  readonly sha: string
}

/** GitHub keeps the head of each pull request in the repository that it leads to, whoever's fork it comes from. */
export async function takeHead({ now }: World, { base, pull, sha }: Head): Promise<void> {
  const ref = `refs/pull/${pull.number}/head`
  if (pull.headRepository === undefined || pull.headRepository === base) await base.git.setRef(ref, sha)
  else await base.git.take(pull.headRepository.git, sha, ref)
  Object.assign(pull, { headSha: sha, updatedAtMs: now() })
}

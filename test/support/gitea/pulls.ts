// Pull requests as Gitea's API opens, lists and changes them.
import { mayDo } from './access.ts'
import { addPull, news, type World } from './life.ts'
import { type Answer, failure, notFound, pageOf, type RepositoryCall } from './operations.ts'
import { pullRequestShape } from './shapes.ts'
import type { StoredPullRequest } from './state.ts'

export function listPulls(world: World, { repository, query }: RepositoryCall): Answer {
  const state = query.get('state') ?? 'open'
  const chosen = repository.pullRequests.filter((pull) => state === 'all' || pull.state === state)
  const ordered = query.get('sort') === 'recentupdate' ? chosen.toSorted((a, b) => b.updatedAtMs - a.updatedAtMs) : chosen.toReversed()
  return pageOf(
    query,
    ordered.map((pull) => pullRequestShape(world, repository, pull)),
  )
}

export function getPull(world: World, call: RepositoryCall): Answer {
  const pull = pullOf(call)
  return pull === undefined ? notFound() : { status: 200, body: pullRequestShape(world, call.repository, pull) }
}

export async function createPull(world: World, { repository, user, body }: RepositoryCall): Promise<Answer> {
  const [base, head] = [String(body.base), String(body.head)]
  if (head === base) return failure(422, 'Invalid PullRequest: There are no changes between the head and the base')
  const [sha, target] = await Promise.all([head, base].map((branch) => repository.git.tip(`refs/heads/${branch}`)))
  if (sha === undefined || target === undefined) return notFound()
  const isSame = (pull: StoredPullRequest) => pull.head === repository && pull.headBranch === head && pull.base === base
  const open = repository.pullRequests.find((pull) => pull.state === 'open' && isSame(pull))
  if (open !== undefined)
    return failure(409, `pull request already exists for these targets [id: ${open.id}, issue_id: ${open.number}, head_branch: ${head}]`)
  const wanted = { base, head: repository, headBranch: head, sha, author: user!, title: String(body.title), body: String(body.body ?? '') }
  const pull = await addPull(world, repository, wanted)
  world.later(news(world, { repository, pull }, { type: 'pull_request', action: 'opened', by: user! }))
  return { status: 201, body: pullRequestShape(world, repository, pull) }
}

export function editPull(world: World, call: RepositoryCall): Answer {
  const { repository, user, body } = call
  const pull = pullOf(call)
  if (pull === undefined) return notFound()
  if (pull.author.id !== user?.id && !mayDo(repository, user, 'write')) return { status: 403, body: undefined }
  const changes = { ...changed(pull, 'title', body.title), ...changed(pull, 'body', body.body) }
  for (const [name, { from }] of Object.entries(changes))
    if (from !== undefined)
      world.later(news(world, { repository, pull }, { type: 'pull_request', action: 'edited', by: user!, changes: { [name]: { from } } }))
  return { status: 201, body: pullRequestShape(world, repository, pull) }
}

function changed(pull: StoredPullRequest, name: 'title' | 'body', to: unknown): Readonly<Record<string, { readonly from: string }>> {
  const from = pull[name]
  if (typeof to !== 'string' || to === from) return {}
  pull[name] = to
  return { [name]: { from } }
}

function pullOf({ repository, operation }: RepositoryCall): StoredPullRequest | undefined {
  return repository.pullRequests.find(({ number }) => number === Number(operation.params.index))
}

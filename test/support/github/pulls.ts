// Pull requests as GitHub's API tells of them, opens and changes them.
import type { GrantedCall, RepositoryCall } from './calls.ts'
import { type Json, pullPart } from './parts.ts'
import { addPull } from './pull-requests.ts'
import type { Repository, StoredPull } from './state.ts'
import { pullPayload, tell } from './webhooks.ts'
import { type Answer, failure, invalid, pageOf, type World } from './world.ts'

export function listPulls(world: World, call: RepositoryCall): Answer {
  const { query, repository } = call
  const [state, head, base] = [query.get('state') ?? 'open', query.get('head'), query.get('base')]
  // A head without its owner is not understood, and then is no filter.
  const isHead = (pull: StoredPull) => !head?.includes(':') || head === `${ownerOf(pull.headRepository)}:${pull.headBranch}`
  const matching = repository.pulls.filter(
    (pull) => (state === 'all' || pull.state === state) && isHead(pull) && (base === null || pull.baseBranch === base),
  )
  const by = query.get('sort') === 'updated' ? 'updatedAtMs' : 'createdAtMs'
  const ordered = matching.toSorted((a, b) => a[by] - b[by] || a.number - b.number)
  const isAscending = (query.get('direction') ?? (query.has('sort') ? 'asc' : 'desc')) === 'asc'
  const shown = isAscending ? ordered : ordered.toReversed()
  return pageOf(
    world,
    call,
    shown.map((pull) => asListed(world, repository, pull)),
  )
}

export function getPull(world: World, call: RepositoryCall): Answer {
  const pull = pullOf(call)
  return pull === undefined ? failure(404, 'Not Found') : { status: 200, body: asPull(world, call.repository, pull) }
}

export async function createPull(world: World, { repository, body, grant }: GrantedCall): Promise<Answer> {
  const { from, branch } = headOf(world, repository, String(body.head))
  const pull = await repository.inOrder(() =>
    addPull(world, repository, {
      headRepository: from,
      headBranch: branch,
      baseBranch: String(body.base),
      title: String(body.title),
      body: (body.body ?? null) as string | null,
      isDraft: body.draft === true,
      labels: [],
      author: grant.account,
    }),
  )
  if (typeof pull === 'string') return invalid('PullRequest', [{ message: pull }])
  const payload = pullPayload(world, repository, { action: 'opened', pull, sender: grant.account })
  world.later(() => tell(world, repository, { event: 'pull_request', payload }))
  return { status: 201, body: asPull(world, repository, pull) }
}

export function updatePull(world: World, call: GrantedCall): Answer {
  const pull = pullOf(call)
  if (pull === undefined) return failure(404, 'Not Found')
  const { repository, body, grant } = call
  const before = { title: pull.title, body: pull.body }
  if (typeof body.title === 'string') pull.title = body.title
  if (typeof body.body === 'string') pull.body = body.body
  pull.updatedAtMs = world.now()
  const changes = { title: { from: before.title }, body: { from: before.body ?? '' } }
  const payload = pullPayload(world, repository, { action: 'edited', pull, sender: grant.account, more: { changes } })
  world.later(() => tell(world, repository, { event: 'pull_request', payload }))
  return { status: 200, body: asPull(world, repository, pull) }
}

/** `branch`, or `owner:branch` of a fork. */
function headOf({ repositories }: World, repository: Repository, head: string) {
  const [owner, branch] = head.includes(':') ? (head.split(':', 2) as [string, string]) : [ownerOf(repository), head]
  const family = repositories.filter((one) => one === repository || one.parent === repository)
  return { from: family.find((one) => ownerOf(one)?.toLowerCase() === owner?.toLowerCase()), branch }
}

function ownerOf(repository: Repository | undefined): string | undefined {
  return repository?.fullName.split('/')[0]
}

function pullOf({ repository, operation }: RepositoryCall): StoredPull | undefined {
  return repository.pulls.find(({ number }) => number === Number(operation.params.pull_number))
}

function asPull(world: World, repository: Repository, pull: StoredPull): Json {
  const example = withWholeSides(world, world.openApi.example('pull-request'))
  const merged = { merged: pull.mergedAtMs !== null, mergeable: pull.state === 'open' ? true : null }
  return { ...example, ...pullPart(world, { pull, repository, example }), ...merged }
}

/** One of a list says less: not whether it was merged, but when. */
function asListed(world: World, repository: Repository, pull: StoredPull): Json {
  const [example] = world.openApi.example('pull-request-simple-items') as unknown as [Json]
  const whole = withWholeSides(world, example)
  return { ...whole, ...pullPart(world, { pull, repository, example: whole }) }
}

/** The examples of the description leave out of repositories what its schemas ask for. */
function withWholeSides(world: World, example: Json): Json {
  const { head, base } = example as { head: Json; base: Json }
  const repo = { ...world.openApi.example('full-repository'), ...(base.repo as Json) }
  return { ...example, head: { ...head, repo }, base: { ...base, repo } }
}

// Comments below pull requests, and reactions to them.
import type { GrantedCall, RepositoryCall } from './calls.ts'
import { accountPart, commentPart } from './parts.ts'
import type { Account, Repository, StoredComment, StoredPull } from './state.ts'
import { commentPayload, tell } from './webhooks.ts'
import { type Answer, failure, invalid, isoTime, pageOf, type World } from './world.ts'

const bodyLimit = 65_536
/** "Commenting is disabled on issues with more than 2500 comments" */
const commentsPerPull = 2_500

export function listComments(world: World, call: RepositoryCall): Answer {
  const pull = pullOf(call)
  if (pull === undefined) return failure(404, 'Not Found')
  const since = Date.parse(call.query.get('since') ?? '')
  const below = call.repository.comments.filter(({ number, updatedAtMs }) => number === pull.number && !(updatedAtMs < since))
  return pageOf(
    world,
    call,
    below.map((comment) => asComment(world, call.repository, comment)),
  )
}

export function createComment(world: World, call: GrantedCall): Answer {
  const pull = pullOf(call)
  if (pull === undefined) return failure(404, 'Not Found')
  const { repository, grant } = call
  if (repository.lockedPulls.has(pull.number)) return failure(403, 'Unable to create comment because issue is locked.')
  if (repository.comments.filter(({ number }) => number === pull.number).length >= commentsPerPull)
    return failure(403, 'Commenting is disabled on issues with more than 2500 comments')
  const problem = bodyProblem(call)
  if (problem !== undefined) return problem
  const comment = addComment(world, repository, { pull, author: grant.account, body: String(call.body.body) })
  const payload = commentPayload(world, repository, { action: 'created', pull, comment })
  // GitHub tells of it when it has answered.
  world.later(() => tell(world, repository, { event: 'issue_comment', payload }))
  return { status: 201, body: asComment(world, repository, comment) }
}

export interface NewComment {
  readonly pull: StoredPull
  readonly author: Account
  readonly body: string
}

export function addComment({ newId, now }: World, repository: Repository, { pull, author, body }: NewComment): StoredComment {
  const at = now()
  const comment: StoredComment = { id: newId(), number: pull.number, author, body, createdAtMs: at, updatedAtMs: at, reactions: [] }
  repository.comments.push(comment)
  return comment
}

export function getComment(world: World, call: RepositoryCall): Answer {
  const comment = commentOf(call)
  return comment === undefined ? failure(404, 'Not Found') : { status: 200, body: asComment(world, call.repository, comment) }
}

export function updateComment(world: World, call: GrantedCall): Answer {
  const comment = commentOf(call)
  if (comment === undefined) return failure(404, 'Not Found')
  const problem = bodyProblem(call)
  if (problem !== undefined) return problem
  comment.body = String(call.body.body)
  comment.updatedAtMs = world.now()
  return { status: 200, body: asComment(world, call.repository, comment) }
}

export function deleteComment(_: World, call: GrantedCall): Answer {
  const comment = commentOf(call)
  if (comment === undefined) return failure(404, 'Not Found')
  call.repository.comments.splice(call.repository.comments.indexOf(comment), 1)
  return { status: 204, body: undefined }
}

/** The same twice of one account is the one that is there. */
export function createReaction(world: World, call: GrantedCall): Answer {
  const comment = commentOf(call)
  if (comment === undefined) return failure(404, 'Not Found')
  const { account } = call.grant
  const content = String(call.body.content)
  const known = comment.reactions.find((reaction) => reaction.content === content && reaction.account.id === account.id)
  const reaction = known ?? { id: world.newId(), content, account }
  if (known === undefined) comment.reactions.push(reaction)
  const body = {
    ...world.openApi.example('reaction'),
    id: reaction.id,
    content,
    user: accountPart(world, account),
    created_at: isoTime(world.now()),
  }
  return { status: known === undefined ? 201 : 200, body }
}

export function listReactions(world: World, call: RepositoryCall): Answer {
  const comment = commentOf(call)
  if (comment === undefined) return failure(404, 'Not Found')
  const example = world.openApi.example('reaction')
  const all = comment.reactions.map(({ id, content, account }) => ({ ...example, id, content, user: accountPart(world, account) }))
  return pageOf(world, call, all)
}

function bodyProblem({ body }: GrantedCall): Answer | undefined {
  const length = Array.from(String(body.body)).length
  if (length > bodyLimit) return invalid('IssueComment', [{ field: 'data', message: 'Body is too long (maximum is 65536 characters)' }])
  return String(body.body).trim() === '' ? invalid('IssueComment', [{ field: 'data', message: "Body can't be blank" }]) : undefined
}

function pullOf({ repository, operation }: RepositoryCall): StoredPull | undefined {
  return repository.pulls.find(({ number }) => number === Number(operation.params.issue_number))
}

function commentOf({ repository, operation }: RepositoryCall): StoredComment | undefined {
  return repository.comments.find(({ id }) => id === Number(operation.params.comment_id))
}

function asComment(world: World, repository: Repository, comment: StoredComment): unknown {
  return { ...world.openApi.example('issue-comment'), ...commentPart(world, { comment, repository }) }
}

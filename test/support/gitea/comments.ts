// Comments below pull requests, as Gitea's API makes, lists and marks them.
import { levelOf, mayDo } from './access.ts'
import { addComment, type World } from './life.ts'
import { type Answer, broken, failure, notFound, type RepositoryCall } from './operations.ts'
import { commentShape, timeOf, userShape } from './shapes.ts'
import type { StoredComment } from './state.ts'
import { commentTold, tell } from './webhooks.ts'

/** All at once: there are no pages. */
export function listComments(world: World, { repository, operation }: RepositoryCall): Answer {
  const number = Number(operation.params.index)
  if (!repository.pullRequests.some((pull) => pull.number === number)) return broken()
  const found = repository.comments.filter(({ pullRequest }) => pullRequest === number)
  return { status: 200, body: found.map((comment) => commentShape(world, repository, comment)) }
}

export async function createComment(world: World, { repository, user, operation, body }: RepositoryCall): Promise<Answer> {
  const pull = repository.pullRequests.find(({ number }) => number === Number(operation.params.index))
  if (pull === undefined) return broken()
  const { comment, told } = await addComment(world, { repository, pull }, { text: String(body.body), by: user! })
  world.later(told())
  return { status: 201, body: commentShape(world, repository, comment) }
}

export function editComment(world: World, call: RepositoryCall): Answer {
  const { repository, user, body } = call
  const comment = commentOf(call)
  const pull = repository.pullRequests.find(({ number }) => number === comment?.pullRequest)
  if (comment === undefined || pull === undefined) return notFound()
  if (comment.author.id !== user?.id && !mayDo(repository, user, 'write')) return { status: 403, body: undefined }
  comment.body = String(body.body)
  world.later(tell(world, repository, commentTold(world, { repository, pull, comment }, { action: 'edited', by: user! })))
  return { status: 200, body: commentShape(world, repository, comment) }
}

const offered = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes']

export function react(world: World, call: RepositoryCall): Answer {
  const { user, body, repository } = call
  const comment = commentOf(call)
  const content = String(body.content)
  if (comment === undefined) return notFound()
  if (levelOf(repository, user) === 'none') return notFound()
  if (!offered.includes(content)) return failure(403, `'${content}' is not an allowed reaction`)
  const known = comment.reactions.find((reaction) => reaction.user.id === user!.id && reaction.content === content)
  const reaction = known ?? { user: user!, content, createdAtMs: world.now() }
  if (known === undefined) comment.reactions.push(reaction)
  const shape = { user: userShape(world, reaction.user), content, created_at: timeOf(reaction.createdAtMs) }
  return { status: known === undefined ? 201 : 200, body: shape }
}

function commentOf({ repository, operation }: RepositoryCall): StoredComment | undefined {
  return repository.comments.find(({ id }) => id === Number(operation.params.id))
}

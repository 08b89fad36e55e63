// Comments below pull requests, which Gitea keeps with the issues, and what comments are marked with.
import { z } from 'zod'
import type { CommentReaction, CommentReply, SendOptions, SendOutcome, StickyComment } from '../messages.ts'
import { idField } from '../payload.ts'
import { outcomeOf } from './answers.ts'
import { type ApiAnswer, giteaWords } from './api.ts'
import type { Context } from './client.ts'
import { read } from './reader.ts'

const madeSchema = z.object({ id: idField })

/** Edits the comment that is there, and makes one where there is none. */
export async function sendComment(context: Context, comment: StickyComment, { knownId }: SendOptions): Promise<SendOutcome> {
  const edited = await edit(context, comment, knownId)
  if (edited !== undefined) return edited
  const found = await findOwn(context, comment)
  return (await edit(context, comment, found)) ?? make(context, comment)
}

export async function sendReply(context: Context, message: CommentReply, { mayBeThere }: SendOptions): Promise<SendOutcome> {
  const found = mayBeThere ? await findOwn(context, message) : undefined
  return found === undefined ? make(context, message) : { kind: 'sent', id: found }
}

/** Undefined when there is no such comment any more. */
async function edit(
  { reader, now }: Context,
  { repository, body }: StickyComment,
  id: string | undefined,
): Promise<SendOutcome | undefined> {
  if (id === undefined || !/^\d+$/.test(id)) return undefined
  const answer = await reader.ask({ method: 'PATCH', repository, path: `/issues/comments/${id}`, body: { body } })
  // 204: what has this id is no comment of a person. 403 without a word: it is somebody else's, as after a change of the token.
  if (answer.status === 404 || answer.status === 204 || (answer.status === 403 && answer.body === undefined)) return undefined
  const outcome = outcomeOf(answer, { nowMs: now() })
  return outcome.kind === 'sent' ? { kind: 'sent', id } : outcome
}

async function make(context: Context, { repository, pullRequest, body }: StickyComment): Promise<SendOutcome> {
  const answer = await context.reader.ask({ method: 'POST', repository, path: `/issues/${pullRequest}/comments`, body: { body } })
  const outcome = (await ifGone(context, { repository, pullRequest }, answer)) ?? outcomeOf(answer, { nowMs: context.now() })
  const made = madeSchema.safeParse(answer.body)
  return outcome.kind === 'sent' && made.success ? { kind: 'sent', id: made.data.id } : outcome
}

const listedSchema = z.array(z.object({ id: idField, body: z.string(), user: z.object({ id: z.int() }).nullish() }))

/** Gitea gives all comments at once. */
const listLimitBytes = 16 * 1024 ** 2

/** The comment with the marker that kyozo's own user wrote: whoever can read the marker can write it too. */
async function findOwn(context: Context, { repository, pullRequest, marker }: StickyComment): Promise<string | undefined> {
  const { reader, now } = context
  const own = await context.ownUserId()
  if (own === undefined) return undefined
  const answer = await reader.ask({
    method: 'GET',
    repository,
    path: `/issues/${pullRequest}/comments`,
    answerLimitBytes: listLimitBytes,
  })
  if ((await ifGone(context, { repository, pullRequest }, answer)) !== undefined) return undefined
  // One that is too long to be read holds more comments than people make.
  if (answer.status === 200 && answer.body === undefined) return undefined
  const listed = read(listedSchema, answer, { purpose: `list the comments of ${repository.fullName}#${pullRequest}`, nowMs: now() })
  return listed.find(({ body, user }) => user?.id === own && body.includes(marker))?.id
}

/** Gitea fails (500) over a pull request that it does not have. */
async function ifGone(
  { reader }: Context,
  { repository, pullRequest }: Pick<StickyComment, 'repository' | 'pullRequest'>,
  { status }: ApiAnswer,
): Promise<SendOutcome | undefined> {
  if (status !== 500 && status !== 404) return undefined
  const found = await reader.ask({ method: 'GET', repository, path: `/pulls/${pullRequest}` })
  if (found.status !== 404) return undefined
  return { kind: 'refused', of: 'message', reason: `Gitea has no pull request #${pullRequest} in ${repository.fullName} any more` }
}

/** Three of the eight that Gitea offers unless its operator chose others. */
const reactions: Readonly<Record<CommentReaction['reaction'], string>> = { heard: 'eyes', done: '+1', refused: '-1' }

/** Gitea takes the same one twice for one. */
export async function sendReaction({ reader, now }: Context, { repository, comment, reaction }: CommentReaction): Promise<SendOutcome> {
  if (!/^\d+$/.test(comment)) return { kind: 'refused', of: 'message', reason: 'Gitea calls no comment by such a name' }
  const path = `/issues/comments/${comment}/reactions`
  const answer = await reader.ask({ method: 'POST', repository, path, body: { content: reactions[reaction] } })
  if (answer.status === 404) return { kind: 'refused', of: 'message', reason: 'the comment is gone' }
  const outcome = outcomeOf(answer, { nowMs: now() })
  const isNotOffered = outcome.kind === 'refused' && /not an allowed reaction/.test(giteaWords(answer.body))
  return isNotOffered ? { ...outcome, of: 'message' } : outcome
}

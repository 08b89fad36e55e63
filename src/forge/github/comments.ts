// Comments below a pull request, and what comments of others are marked with. To GitHub a pull request is an issue too, but what may be written
// below one is governed by the permission for pull requests. https://docs.github.com/rest/issues/comments
import { z } from 'zod'
import type { CommentReaction, CommentReply, SendOptions, SendOutcome, StickyComment } from '../messages.ts'
import { idField } from '../payload.ts'
import type { ApiAnswer } from './api.ts'
import { limitedMarkdown } from './markdown.ts'
import { writtenBySchema } from './own-account.ts'
import { askRepository, type Context, lookUp, outcomeOf } from './repository-api.ts'

const permissions = { pull_requests: 'write' } as const
const permission = 'write pull requests'

/** "Body is too long (maximum is 65536 characters)". */
const bodyLimit = 65_536

type Written = StickyComment | CommentReply

/** Edited in place while it is there, and written anew when somebody took it away. */
export async function sendComment(context: Context, comment: StickyComment, { knownId }: SendOptions = {}): Promise<SendOutcome> {
  const edited = knownId === undefined ? undefined : await editComment(context, comment, knownId)
  if (edited !== undefined) return edited
  const own = await findOwnComment(context, comment)
  if (own === undefined || own.id === knownId) return writeComment(context, comment)
  if (own.body === bodyOf(comment)) return { kind: 'sent', id: own.id }
  return (await editComment(context, comment, own.id)) ?? writeComment(context, comment)
}

/** Written once, however often it is sent. */
export async function sendReply(context: Context, reply: CommentReply, { mayBeThere }: SendOptions = {}): Promise<SendOutcome> {
  const own = mayBeThere ? await findOwnComment(context, reply, { since: new Date(context.now() - replyAgeMs) }) : undefined
  return own === undefined ? writeComment(context, reply) : { kind: 'sent', id: own.id }
}

/** A message is given up after a day; the rest is for clocks that differ. */
const replyAgeMs = 2 * 24 * 3_600_000

async function writeComment(context: Context, comment: Written): Promise<SendOutcome> {
  const { repository, pullRequest } = comment
  const path = `/issues/${pullRequest}/comments`
  const answer = await askRepository(context, { repository, method: 'POST', path, permissions, body: { body: bodyOf(comment) } })
  return withId(answer, outcomeOf(context, answer, { repository, permission, subject: `pull request #${pullRequest}` }))
}

/** Undefined when there is no such comment any more. */
async function editComment(context: Context, comment: Written, id: string): Promise<SendOutcome | undefined> {
  if (!isId(id)) return undefined
  const { repository, pullRequest } = comment
  const path = `/issues/comments/${id}`
  const answer = await askRepository(context, { repository, method: 'PATCH', path, permissions, body: { body: bodyOf(comment) } })
  if (answer.status === 404 || answer.status === 410) return undefined
  const outcome = outcomeOf(context, answer, { repository, permission, subject: `the comment below pull request #${pullRequest}` })
  return outcome.kind === 'sent' ? { kind: 'sent', id } : outcome
}

function bodyOf({ body, marker }: Written): string {
  return limitedMarkdown(body, { limit: bodyLimit, unit: 'characters', marker })
}

const commentsSchema = z.array(writtenBySchema.extend({ id: idField, body: z.string().nullish() }))

/** A hundred comments of the greatest length, were each character to be written in six. */
const pageLimitBytes = 48 * 1024 ** 2
/** GitHub takes 2,500 below one pull request. The oldest come first, and kyozo's is one of the first. */
const pagesRead = 10

/** One that kyozo's own account has written: anybody can write a marker. */
async function findOwnComment(
  context: Context,
  { repository, pullRequest, marker }: Written,
  { since }: { readonly since?: Date } = {},
): Promise<{ readonly id: string; readonly body: string } | undefined> {
  const isOwn = await context.ownAccount.recognize({ repository, permissions })
  const query = new URLSearchParams({ per_page: '100', ...(since === undefined ? {} : { since: since.toISOString() }) })
  for (let page = 1; page <= pagesRead; page++) {
    query.set('page', String(page))
    const path = `/issues/${pullRequest}/comments?${query}`
    const request = { repository, path, permissions, answerLimitBytes: pageLimitBytes }
    const { value = [], next } = await lookUp(context, request, commentsSchema)
    const own = value.find((comment) => comment.body?.includes(marker) && isOwn(comment))
    if (own !== undefined) return { id: own.id, body: own.body ?? '' }
    if (next === undefined) return undefined
  }
  return undefined
}

/** GitHub has eight to choose from. */
const reactions = { heard: 'eyes', done: '+1', refused: '-1' } as const satisfies Record<CommentReaction['reaction'], string>

/** GitHub itself sees to it that nobody reacts twice in the same way. */
export async function sendReaction(context: Context, { repository, comment, reaction }: CommentReaction): Promise<SendOutcome> {
  if (!isId(comment)) return { kind: 'refused', of: 'message', reason: 'the comment has no id of GitHub' }
  const path = `/issues/comments/${comment}/reactions`
  const body = { content: reactions[reaction] }
  const answer = await askRepository(context, { repository, method: 'POST', path, permissions, body })
  // Whoever deleted the comment does not wait for an answer to it.
  if (answer.status === 404) return { kind: 'refused', of: 'message', reason: 'the comment is gone' }
  return outcomeOf(context, answer, { repository, permission })
}

const madeSchema = z.object({ id: idField })

function withId(answer: ApiAnswer, outcome: SendOutcome): SendOutcome {
  const made = madeSchema.safeParse(answer.body)
  return outcome.kind === 'sent' && made.success ? { kind: 'sent', id: made.data.id } : outcome
}

function isId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text)
}

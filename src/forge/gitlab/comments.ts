// What kyozo writes below a merge request, and the signs it puts on what it has read there. GitLab calls comments notes.
// https://docs.gitlab.com/api/notes/#merge-requests, https://docs.gitlab.com/api/emoji_reactions/
import { z } from 'zod'
import type { CommentReaction, CommentReply, SendOptions, SendOutcome, StickyComment } from '../messages.ts'
import { askGitLab, gitlabWords, projectPath } from './api.ts'
import { type Context, type Heard, hear, heard, outcomeFor } from './exchange.ts'
import { ofMergeRequests } from './merge-request-words.ts'
import { withoutQuickActions } from './quick-actions.ts'
import { nextPath } from './reader.ts'

/** The one that is there is edited, whoever lost sight of it; else it is written. */
export async function sendComment(context: Context, comment: StickyComment, { knownId }: SendOptions = {}): Promise<SendOutcome> {
  const edited = knownId === undefined ? undefined : await edit(context, comment, knownId)
  if (edited !== undefined) return edited
  const found = await ownNote(context, comment)
  if (found.kind !== 'heard') return found
  const again = found.value === undefined ? undefined : await edit(context, comment, found.value)
  return again ?? write(context, comment)
}

export async function sendReply(context: Context, reply: CommentReply, { mayBeThere }: SendOptions = {}): Promise<SendOutcome> {
  if (!mayBeThere) return write(context, reply)
  const found = await ownNote(context, reply)
  if (found.kind !== 'heard') return found
  return found.value === undefined ? write(context, reply) : { kind: 'sent', id: found.value }
}

const noteSchema = z.object({ id: z.int().positive() })

function notesPath({ repository, pullRequest }: Pick<CommentReaction, 'repository' | 'pullRequest'>): string {
  return `${projectPath(repository)}/merge_requests/${pullRequest}/notes`
}

/** Undefined when somebody took it away, or it is another user's: then it is looked for, and written anew. */
async function edit(context: Context, comment: StickyComment, id: string): Promise<SendOutcome | undefined> {
  const path = `${notesPath(comment)}/${encodeURIComponent(id)}`
  const answer = await askGitLab(context, { method: 'PUT', path, body: { body: withoutQuickActions(ofMergeRequests(comment.body)) } })
  const outcome = outcomeFor(context, comment.repository, answer)
  if (outcome.kind === 'refused' && (answer.status === 403 || answer.status === 404)) return undefined
  return outcome.kind === 'sent' ? { kind: 'sent', id } : outcome
}

async function write(context: Context, comment: StickyComment): Promise<SendOutcome> {
  const { repository } = comment
  const body = { body: withoutQuickActions(ofMergeRequests(comment.body)) }
  const made = await hear(context, { method: 'POST', path: notesPath(comment), body, schema: noteSchema, repository })
  return made.kind === 'heard' ? { kind: 'sent', id: String(made.value.id) } : made
}

const notesSchema = z.array(noteSchema.extend({ body: z.string(), author: z.object({ id: z.int() }).nullable() }))
const pagesRead = 10
const pageLimitBytes = 16 * 1024 ** 2

/** The id of the comment with this marker, if kyozo wrote one. */
async function ownNote(context: Context, comment: StickyComment): Promise<Heard<string | undefined>> {
  const self = await context.self()
  if (self.kind !== 'heard') return self
  let path: string | undefined = `${notesPath(comment)}?order_by=created_at&sort=asc&per_page=100`
  for (let page = 0; path !== undefined && page < pagesRead; page++) {
    const answer = await askGitLab(context, { method: 'GET', path, answerLimitBytes: pageLimitBytes })
    const notes = heard(context, { schema: notesSchema, repository: comment.repository, answer })
    if (notes.kind !== 'heard') return notes
    const own = notes.value.find(({ body, author }) => String(author?.id) === self.value && body.includes(comment.marker))
    if (own !== undefined) return { kind: 'heard', value: String(own.id) }
    path = nextPath(answer.headers.get('link'), path)
  }
  return { kind: 'heard', value: undefined }
}

const signs = { heard: 'eyes', done: 'white_check_mark', refused: 'no_entry_sign' } as const

export async function sendReaction(context: Context, reaction: CommentReaction): Promise<SendOutcome> {
  const path = `${notesPath(reaction)}/${encodeURIComponent(reaction.comment)}/award_emoji`
  const answer = await askGitLab(context, { method: 'POST', path, body: { name: signs[reaction.reaction] } })
  const said = gitlabWords(answer.body)
  if (answer.status === 404 && /already been taken/i.test(said)) return { kind: 'sent' }
  // The project would be missing under its own name.
  if (answer.status === 404 && !/project/i.test(said))
    return { kind: 'refused', of: 'message', reason: 'the comment is gone, or takes no reactions' }
  return outcomeFor(context, reaction.repository, answer)
}

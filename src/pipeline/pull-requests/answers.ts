// How kyozo answers what was written to it: a sign beside the comment, and words where somebody who may push asked for words.
import { forges, isForgeName } from '../../forge/index.ts'
import type { CommentReaction, CommentReply, MessageKind } from '../../forge/messages.ts'
import type { ForgeUser } from '../../forge/pull-requests.ts'
import type { Executor } from '../../store/database.ts'
import { notify } from '../../store/notify.ts'
import { type OutboxMessage, putOutbox } from '../../store/outbox.ts'
import type { PullRequest } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { usages } from './parse-command.ts'

export interface Answer {
  /** What came of it, for the operation. */
  readonly words: string
  readonly sign: CommentReaction['reaction']
  /** Markdown below the pull request. Default is that the sign is enough. */
  readonly reply?: string
}

const list = usages.map(({ command, words }) => `- \`${command}\` ${words}`).join('\n')

export const answerTo = {
  nobody: (): Answer => ({ words: 'there is no such pull request', sign: 'refused' }),
  stranger: ({ login }: ForgeUser): Answer => ({ words: `${login} may not push to the repository, so nothing was done`, sign: 'refused' }),
  doing: (words: string): Answer => ({ words, sign: 'heard' }),
  refusal: (words: string): Answer => ({ words, sign: 'refused', reply: `${sentence(words)}.` }),
  help: (): Answer => ({ words: 'the commands were listed', sign: 'done', reply: `kyozo takes these, from who may push here:\n\n${list}` }),
  mistake: (words: string): Answer => ({ words, sign: 'refused', reply: `${sentence(words)}. kyozo takes these:\n\n${list}` }),
  explanation({ review, number }: PullRequest, service: string): Answer {
    const found = review?.changes.find((change) => change.service === service)
    if (found !== undefined) return { words: `${service} was explained`, sign: 'done', reply: found.explanation }
    const names = review?.changes.map((change) => `\`${change.service}\``).join(', ') ?? ''
    const there = names === '' ? `nothing of pull request ${number} was reviewed yet` : `there are ${names}`
    return { words: 'there is no such service', sign: 'refused', reply: `${sentence(`there is no service of that name; ${there}`)}.` }
  },
} as const

function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
}

/** A label has nothing that a sign could be put beside. */
export type AnswerPlace = { readonly kind: 'comment'; readonly id: string } | { readonly kind: 'label'; readonly sha: string }

export interface Answering {
  readonly workspace: Workspace
  readonly pullRequest: Pick<PullRequest, 'number' | 'hostId'>
  readonly place: AnswerPlace
  readonly answer: Answer
}

export async function tellAnswer(trx: Executor, answering: Answering): Promise<void> {
  const messages = answerMessages(answering)
  if (messages.length === 0) return
  await putOutbox(trx, messages)
  await notify(trx, 'outbox', answering.workspace.id)
}

function answerMessages({ workspace, pullRequest, place, answer }: Answering): OutboxMessage[] {
  const { forge, connection, repositoryId: id, repositoryName: fullName, teamId } = workspace
  if (connection === null || id === null || fullName === null || !isForgeName(forge)) return []
  const takes = (kind: MessageKind) => forges[forge].messages.includes(kind)
  const about = { repository: { id, fullName }, pullRequest: pullRequest.number }
  const key = place.kind === 'comment' ? place.id : `label ${pullRequest.hostId} ${place.sha}`
  const message = (kind: 'reaction' | 'reply', payload: CommentReaction | CommentReply): OutboxMessage[] =>
    takes(kind) ? [{ teamId, kind, connection, target: `${kind} ${forge} ${id} ${key}`, payload }] : []
  const marker = `<!-- kyozo answers ${key} -->`
  return [
    ...(place.kind === 'label' ? [] : message('reaction', { ...about, comment: place.id, reaction: answer.sign })),
    ...(answer.reply === undefined ? [] : message('reply', { ...about, marker, body: `${marker}\n${answer.reply}` })),
  ]
}

// One question or statement while a message is sent: what GitLab answered, or how the message ends because of it.
import type { z } from 'zod'
import type { RepositoryName } from '../client.ts'
import type { SendOutcome } from '../messages.ts'
import { outcomeOf } from './answers.ts'
import { type ApiAnswer, type Asking, askGitLab, type GitLabRequest } from './api.ts'

export interface Context extends Asking {
  readonly now: () => number
  /** The id of the user whose token it is. */
  readonly self: () => Promise<Heard<string>>
}

export type Heard<Value> = { readonly kind: 'heard'; readonly value: Value } | SendOutcome

/** Where GitLab says in words what it made of a message; everything else than these is a fault of its own. */
export function outcomeFor({ now }: Pick<Context, 'now'>, { fullName }: Pick<RepositoryName, 'fullName'>, answer: ApiAnswer): SendOutcome {
  return outcomeOf(answer, { nowMs: now(), fullName })
}

interface Question<Schema extends z.ZodType> extends GitLabRequest {
  readonly schema: Schema
  readonly repository: Pick<RepositoryName, 'fullName'>
}

/** Throws `forge_unavailable` where there is no answer at all. */
export async function hear<Schema extends z.ZodType>(
  context: Omit<Context, 'self'>,
  { schema, repository, ...request }: Question<Schema>,
): Promise<Heard<z.infer<Schema>>> {
  return heard(context, { schema, repository, answer: await askGitLab(context, request) })
}

interface Answered<Schema extends z.ZodType> extends Pick<Question<Schema>, 'schema' | 'repository'> {
  readonly answer: ApiAnswer
}

export function heard<Schema extends z.ZodType>(
  context: Pick<Context, 'now'>,
  { schema, repository, answer }: Answered<Schema>,
): Heard<z.infer<Schema>> {
  const outcome = outcomeFor(context, repository, answer)
  if (outcome.kind !== 'sent') return outcome
  const read = schema.safeParse(answer.body)
  if (read.success) return { kind: 'heard', value: read.data }
  return { kind: 'unavailable', reason: 'GitLab answered something else than it documents' }
}

// A text of some length beside a commit: a check run, which only apps may make, and otherwise a status that says it in one line.
// https://docs.github.com/rest/checks/runs
import { z } from 'zod'
import { asKyozoError } from '../../errors.ts'
import { checkAsStatus } from '../check-as-status.ts'
import type { CommitCheck, SendOptions, SendOutcome } from '../messages.ts'
import { idField } from '../payload.ts'
import { cleanLine, statusTargetUrl } from '../words.ts'
import type { ApiAnswer } from './api.ts'
import { limitedMarkdown } from './markdown.ts'
import { appSchema } from './own-account.ts'
import { askRepository, type Context, lookUp, outcomeOf } from './repository-api.ts'
import { sendStatus } from './statuses.ts'

const permissions = { checks: 'write' } as const
const permission = 'write checks'

export async function sendCheck(context: Context, check: CommitCheck, options: SendOptions = {}): Promise<SendOutcome> {
  if (context.connection.credential.kind !== 'app') return sendAsStatus(context, check, options)
  try {
    const outcome = await sendCheckRun(context, check, options)
    return outcome.kind === 'refused' && outcome.of === 'access' ? sendAsStatus(context, check, options) : outcome
  } catch (error) {
    // The app was not given a token that may write checks. Whether it may do anything at all the status will show.
    if (asKyozoError(error).code === 'forge_refused') return sendAsStatus(context, check, options)
    throw error
  }
}

async function sendCheckRun(context: Context, check: CommitCheck, { knownId }: SendOptions): Promise<SendOutcome> {
  const id = knownId ?? (await findCheckRun(context, check))
  const edited = id === undefined ? undefined : await editCheckRun(context, check, id)
  if (edited !== undefined) return edited
  const { repository, sha } = check
  const body = { ...runOf(check), head_sha: sha }
  const answer = await askRepository(context, { repository, method: 'POST', path: '/check-runs', permissions, body })
  return withId(answer, outcomeOf(context, answer, { repository, permission }))
}

/** Undefined when there is no such run. */
async function editCheckRun(context: Context, check: CommitCheck, id: string): Promise<SendOutcome | undefined> {
  if (!/^[1-9]\d{0,18}$/.test(id)) return undefined
  const { repository } = check
  const answer = await askRepository(context, { repository, method: 'PATCH', path: `/check-runs/${id}`, permissions, body: runOf(check) })
  if (answer.status === 404) return undefined
  const outcome = outcomeOf(context, answer, { repository, permission })
  return outcome.kind === 'sent' ? { kind: 'sent', id } : outcome
}

/** The button of a run that asks for an action leads to its address. */
const conclusions = { success: 'success', failure: 'failure', needs_decision: 'action_required' } as const

/** "summary exceeds a maximum bytesize of 65535" */
const summaryLimitBytes = 65_535
const titleLimit = 200

function runOf({ name, conclusion, title, text, targetUrl }: CommitCheck) {
  const details = statusTargetUrl(targetUrl)
  return {
    name,
    status: 'completed',
    conclusion: conclusions[conclusion],
    ...(details === undefined ? {} : { details_url: details }),
    output: { title: cleanLine(title, titleLimit), summary: limitedMarkdown(text, { limit: summaryLimitBytes, unit: 'bytes' }) },
  }
}

const runsSchema = z.object({ check_runs: z.array(z.object({ id: idField, name: z.string(), app: appSchema.nullable() })) })

async function findCheckRun(context: Context, { repository, sha, name }: CommitCheck): Promise<string | undefined> {
  const query = new URLSearchParams({ check_name: name, filter: 'latest', per_page: '100' })
  const path = `/commits/${sha}/check-runs?${query}`
  const { value } = await lookUp(context, { repository, path, permissions }, runsSchema)
  return value?.check_runs.find((run) => run.name === name && context.ownAccount.isOwnApp(run.app))?.id
}

const madeSchema = z.object({ id: idField })

function withId(answer: ApiAnswer, outcome: SendOutcome): SendOutcome {
  const made = madeSchema.safeParse(answer.body)
  return outcome.kind === 'sent' && made.success ? { kind: 'sent', id: made.data.id } : outcome
}

function sendAsStatus(context: Context, check: CommitCheck, { mayBeThere }: SendOptions): Promise<SendOutcome> {
  return sendStatus(context, checkAsStatus(check), mayBeThere === undefined ? {} : { mayBeThere })
}

// What GitLab shows beside a commit: each status is a job of a pipeline of its own that GitLab makes for it, or of the newest one of the commit.
// https://docs.gitlab.com/api/commits/#set-the-pipeline-status-of-a-commit
import { z } from 'zod'
import { checkAsStatus } from '../check-as-status.ts'
import type { CommitCheck, CommitStatus, SendOptions, SendOutcome } from '../messages.ts'
import { cleanLine, statusTargetUrl } from '../words.ts'
import { type ApiAnswer, askGitLab, gitlabWords, projectPath } from './api.ts'
import { type Context, outcomeFor } from './exchange.ts'
import { ofMergeRequests } from './merge-request-words.ts'
import { outcomeIfTold } from './told.ts'

/** Of a description and of an address, in characters. */
const lengthLimit = 255

const states = { pending: 'pending', success: 'success', failure: 'failed', error: 'failed' } as const

/** What is posted. */
export interface ShownStatus {
  readonly state: (typeof states)[CommitStatus['state']]
  readonly name: string
  readonly description: string
  /** Left out where GitLab would refuse it. */
  readonly target_url?: string
}

export async function sendStatus(context: Context, status: CommitStatus, { mayBeThere }: SendOptions = {}): Promise<SendOutcome> {
  const { repository } = status
  const shown = shownStatus(status)
  const told = mayBeThere ? await outcomeIfTold(context, status, shown) : undefined
  if (told !== undefined) return told
  const answer = await post(context, status, shown)
  if (!isOnNoBranch(answer)) return outcomeFor(context, repository, answer)
  // The head of a merge request from a fork is on no branch of the project, and then GitLab has to be told whose pipeline it is.
  const ref = await mergeRequestRef(context, status)
  return outcomeFor(context, repository, ref === undefined ? answer : await post(context, status, { ...shown, ref }))
}

/** GitLab has no place for a text beside a commit: its title is a status, and the status leads to the text. */
export function sendCheck(context: Context, check: CommitCheck, options?: SendOptions): Promise<SendOutcome> {
  return sendStatus(context, checkAsStatus(check), options)
}

function shownStatus({ state, context: name, description, targetUrl }: CommitStatus): ShownStatus {
  const url = statusTargetUrl(targetUrl)
  return {
    state: states[state],
    name,
    description: cleanLine(ofMergeRequests(description), lengthLimit),
    ...(url === undefined || url.length > lengthLimit ? {} : { target_url: url }),
  }
}

function post(context: Context, { repository, sha }: CommitStatus, body: ShownStatus & { readonly ref?: string }): Promise<ApiAnswer> {
  return askGitLab(context, { method: 'POST', path: `${projectPath(repository)}/statuses/${encodeURIComponent(sha)}`, body })
}

function isOnNoBranch({ status, body }: ApiAnswer): boolean {
  return status === 404 && /references for commit/i.test(gitlabWords(body))
}

const mergeRequestsSchema = z.array(z.object({ iid: z.int().positive(), sha: z.string().nullable(), state: z.string() }))

/** Of the merge request whose head the commit is, an open one before others; undefined when there is none, or GitLab does not say. */
async function mergeRequestRef(context: Context, { repository, sha }: CommitStatus): Promise<string | undefined> {
  const path = `${projectPath(repository)}/repository/commits/${encodeURIComponent(sha)}/merge_requests?per_page=100`
  const { status, body } = await askGitLab(context, { method: 'GET', path })
  const all = status === 200 ? (mergeRequestsSchema.safeParse(body).data ?? []) : []
  const heads = all.filter((one) => one.sha === sha)
  const found = heads.find(({ state }) => state === 'opened') ?? heads[0]
  return found === undefined ? undefined : `refs/merge-requests/${found.iid}/head`
}

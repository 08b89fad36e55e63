// What the Git host is told: a pending aggregate when a commit is queued, and when it ends the aggregate and the services that it touched.
// Rows go to the outbox in the transaction that makes them true; the sender does the rest.
import type { Executor } from '../store/database.ts'
import { holdTelling } from '../store/heads.ts'
import { notify } from '../store/notify.ts'
import { putOutbox } from '../store/outbox.ts'
import { pullRequestOf } from '../store/pull-requests.ts'
import { commitStatus, contextOf, previewContext, statusPlace } from './commit-status.ts'
import { tellPullRequest } from './pull-requests/tell.ts'
import { maySpeak } from './pull-requests/voice.ts'
import { missedPreview, type ReportSubject, statusMessages } from './release-status.ts'
import { deploymentMessages } from './report-deployment.ts'

export async function reportRelease(db: Executor, subject: ReportSubject, baseUrl: string): Promise<void> {
  const { workspace, environment, release } = subject
  const pullRequest = environment.kind === 'preview' ? await pullRequestOf(db, environment.id) : undefined
  if (pullRequest !== undefined) await holdTelling(db, environment.id)
  const missed = pullRequest === undefined ? undefined : missedPreview(release, pullRequest)
  const isTold = pullRequest === undefined || (await maySpeak(db, { workspace, pullRequest, sha: release.sha }))
  const statuses =
    missed === undefined
      ? statusMessages(subject, baseUrl)
      : commitStatus(statusPlace({ workspace, release, baseUrl }), { context: previewContext, ...missed })
  const messages = [...(isTold ? statuses : []), ...(missed === undefined ? deploymentMessages(subject, baseUrl) : [])]
  if (messages.length > 0) {
    await putOutbox(db, messages)
    await notify(db, 'outbox', release.id)
  }
  // What is told of a pull request tells how its preview does.
  if (pullRequest !== undefined) await tellPullRequest(db, { workspace, pullRequestId: pullRequest.id }, baseUrl)
}

/** A service of the live release that fell, or came back, without a release: its own context of the commit that runs. */
export async function reportStanding(
  db: Executor,
  {
    workspace,
    release,
    environment,
    ...said
  }: Omit<ReportSubject, 'verdicts'> & { readonly service: string; readonly words: string; readonly isWell: boolean },
  baseUrl: string,
): Promise<void> {
  const context = `${contextOf(environment)}/${said.service}`
  const state = said.isWell ? 'success' : 'failure'
  const messages = commitStatus(statusPlace({ workspace, release, baseUrl }), {
    context,
    state,
    description: `${said.service} ${said.words}`,
  })
  if (messages.length === 0) return
  await putOutbox(db, messages)
  await notify(db, 'outbox', release.id)
}

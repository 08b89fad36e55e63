// What the Git host is told: a pending aggregate when a commit is queued, and when it ends the aggregate and the services that it touched.
// Rows go to the outbox in the transaction that makes them true; the sender does the rest.
import type { Executor } from '../store/database.ts'
import { holdTelling } from '../store/heads.ts'
import { notify } from '../store/notify.ts'
import { putOutbox } from '../store/outbox.ts'
import { pullRequestOf } from '../store/pull-requests.ts'
import { commitStatus, previewContext, statusPlace } from './commit-status.ts'
import { illMessages } from './ill-services.ts'
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
      ? [...statusMessages(subject, baseUrl), ...(await illOf(db, subject, baseUrl))]
      : commitStatus(statusPlace({ workspace, release, baseUrl }), { context: previewContext, ...missed })
  const deployments = missed === undefined ? deploymentMessages(subject, baseUrl) : []
  if (statuses.length + deployments.length === 0) return
  await putOutbox(db, [...(isTold ? statuses : []), ...deployments])
  await notify(db, 'outbox', release.id)
  // What is told of a pull request tells how its preview does.
  if (pullRequest !== undefined) await tellPullRequest(db, { workspace, pullRequestId: pullRequest.id }, baseUrl)
}

/** Those that it left alone, and that were not well before it: what is asked of what is live is of a commit that says so already. */
async function illOf(db: Executor, { workspace, environment, release, verdicts }: ReportSubject, baseUrl: string) {
  const wentWell = release.state === 'live' || release.state === 'unchanged'
  const among = new Set(verdicts.filter(({ kind }) => kind === 'unchanged').map(({ service }) => service))
  if (!wentWell || release.options.ofLive === true || among.size === 0) return []
  return illMessages(db, { place: statusPlace({ workspace, release, baseUrl }), environment, among })
}

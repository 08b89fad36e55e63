// /pull-requests/<id>: the page that the plan's status links to. What is decided about the preview, how it does, and what merging would do.
import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { assertMay } from '../access/rights.ts'
import { KyozoError } from '../errors.ts'
import { short } from '../release/verdict.ts'
import type { Database } from '../store/database.ts'
import { type Environment, findEnvironment } from '../store/environments.ts'
import { findPullRequest, type PullRequest } from '../store/pull-requests.ts'
import { findRow } from '../store/reading.ts'
import { latestRelease, type Release, type ReleaseService, releaseServices } from '../store/releases.ts'
import { findWorkspace } from '../store/workspaces.ts'
import { requireViewer, viewerIn } from './authenticate.ts'
import { asHtml, page } from './pages/page.ts'
import { leadBrowsersToLogin } from './pages/to-login.ts'
import { verdictTable } from './pages/verdict-table.ts'

export function pullRequestPageRouter(db: Database): Router {
  const router = Router()
  router.get('/:id', leadBrowsersToLogin, requireViewer(db, 'Basic'), async (request: Request, response: Response) => {
    const viewer = viewerIn(response)
    assertMay(viewer, 'pull_requests.read')
    const id = z.uuid().safeParse(request.params.id)
    const seen = id.success ? await findRow(db, viewer, { table: 'pullRequests', columns: ['id'], id: id.data }) : undefined
    if (seen === undefined) throw new KyozoError('not_found', 'there is no pull request with this id')
    const pullRequest = (await findPullRequest(db, String(seen.id)))!
    const workspace = (await findWorkspace(db, pullRequest.workspaceId))!
    const environment = pullRequest.environmentId === null ? undefined : await findEnvironment(db, pullRequest.environmentId)
    const release = environment === undefined ? undefined : await latestRelease(db, environment.id)
    const verdicts = release === undefined ? [] : await releaseServices(db, release.id)
    response.type('html').send(pullRequestPage({ workspace: workspace.name, pullRequest, environment, release, verdicts }))
  })
  return router
}

interface PageContent {
  readonly workspace: string
  readonly pullRequest: PullRequest
  readonly environment: Environment | undefined
  readonly release: Release | undefined
  readonly verdicts: readonly ReleaseService[]
}

function pullRequestPage({ workspace, pullRequest, environment, release, verdicts }: PageContent): string {
  const { number, title, url, author, headSha, isFork, review } = pullRequest
  return page({
    title: `${workspace} pull request ${number}: ${title}`,
    heading: `${asHtml(workspace)} <small>pull request ${number}</small>`,
    width: 'wide',
    body: [
      `<p><a href="${asHtml(url)}">${asHtml(title)}</a> by ${asHtml(author)}${isFork ? ', from a fork' : ''}; its head is <code>${short(headSha)}</code></p>`,
      previewState(pullRequest, { environment, release }),
      verdictTable(verdicts),
      ...(review === null ? [] : [`<h2>If it is merged: ${asHtml(review.title)}</h2>`, `<pre>${asHtml(review.text)}</pre>`]),
    ],
  })
}

function previewState(
  { held, heldReason, state }: PullRequest,
  { environment, release }: Pick<PageContent, 'environment' | 'release'>,
): string {
  if (release !== undefined && environment !== undefined)
    return `<p class="state ${release.state}"><b>${release.state}</b> ${asHtml(release.reason ?? '')} <a href="/releases/${release.id}">${asHtml(environment.name)} at ${short(release.sha)}</a></p>`
  const words = held === null ? `The pull request is ${state}.` : `No preview: ${heldReason ?? held}`
  return `<p class="state skipped">${asHtml(words)}</p>`
}

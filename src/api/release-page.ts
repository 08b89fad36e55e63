// /releases/<id>: the page a commit status links to. Verdicts first, then what happened, the plan, the builds and what runs. No script, nothing
// loaded from elsewhere; while the release goes on, the page asks to be loaded again.
import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { assertMay, may } from '../access/rights.ts'
import { KyozoError } from '../errors.ts'
import { hasEnded } from '../release/states.ts'
import { releaseWords, short, type Verdict } from '../release/verdict.ts'
import { describeEdit } from '../stack/committed/wording.ts'
import type { Database } from '../store/database.ts'
import { findEnvironment } from '../store/environments.ts'
import { readLog, type StoredLine } from '../store/logs.ts'
import { findRow } from '../store/reading.ts'
import { findRelease, type Release, type ReleaseService, releaseServices } from '../store/releases.ts'
import { findWorkspace } from '../store/workspaces.ts'
import { requireViewer, viewerIn } from './authenticate.ts'
import { asHtml, page } from './pages/page.ts'
import { leadBrowsersToLogin } from './pages/to-login.ts'
import { verdictTable } from './pages/verdict-table.ts'

/** A browser shows so many at once; `kyozo logs` and the API have all of them. */
const linesShown = 5_000
const reloadSeconds = 2

export function releasePageRouter(db: Database): Router {
  const router = Router()
  router.get('/:id', leadBrowsersToLogin, requireViewer(db, 'Basic'), async (request: Request, response: Response) => {
    const viewer = viewerIn(response)
    assertMay(viewer, 'releases.read')
    const id = z.uuid().safeParse(request.params.id)
    const seen = id.success ? await findRow(db, viewer, { table: 'releases', columns: ['id'], id: id.data }) : undefined
    if (seen === undefined) throw new KyozoError('not_found', 'there is no release with this id')
    const release = (await findRelease(db, String(seen.id)))!
    const workspace = (await findWorkspace(db, release.workspaceId))!
    const environment = (await findEnvironment(db, release.environmentId))!
    const seesLog = may(viewer, 'log_lines.read', { workspaceId: workspace.id })
    response.type('html').send(
      releasePage({
        workspace: workspace.name,
        environment: environment.name,
        release,
        verdicts: await releaseServices(db, release.id),
        log: seesLog ? await readLog(db, release.id, { after: '0', limit: linesShown }) : [],
        seesLog,
      }),
    )
  })
  return router
}

interface PageContent {
  readonly workspace: string
  readonly environment: string
  readonly release: Release
  readonly verdicts: readonly ReleaseService[]
  readonly log: readonly StoredLine[]
  readonly seesLog: boolean
}

function releasePage({ workspace, environment, release, verdicts, log, seesLog }: PageContent): string {
  const words = releaseWords(release.state, verdicts.map(asVerdict), release.reason)
  const title = `${workspace} ${environment} ${short(release.sha)}: ${release.state}`
  const body = [
    `<p class="state ${release.state}"><b>${release.state}</b> ${asHtml(words)}</p>`,
    `<p>Commit <code>${release.sha}</code> of <code>${asHtml(release.ref)}</code>, pushed by ${asHtml(release.triggeredBy)} at ${atMinute(release.createdAt)}${timings(release)}</p>`,
    verdictTable(verdicts),
    ...writtenBack(release),
    seesLog
      ? section('What happened', text(log.filter((line) => line.stream === 'release').map((line) => line.text)))
      : '<p>Its log needs the permission <code>view_logs</code>; an owner or admin of the team can grant it.</p>',
    ...builds(log, verdicts),
    ...whatRuns(release),
    log.length === linesShown
      ? `<p>Only the first ${linesShown} lines are shown; <code>kyozo logs ${release.id}</code> prints all.</p>`
      : '',
  ]
  return page({
    title,
    heading: `${asHtml(workspace)} <small>${asHtml(environment)}</small>`,
    body,
    width: 'wide',
    reloadSeconds: hasEnded(release.state) ? undefined : reloadSeconds,
  })
}

/** What a person has to know of compose.kyozo.yaml; nothing while it is as it should be. */
function writtenBack({ commitBack }: Release): string[] {
  if (commitBack == null || commitBack.state === 'nothing') return []
  const link = commitBack.url === undefined ? '' : `: <a href="${asHtml(commitBack.url)}">${asHtml(commitBack.url)}</a>`
  return [`<p>${asHtml(commitBack.words)}${link}</p>`]
}

function asVerdict(row: ReleaseService): Verdict {
  return { service: row.service, kind: row.verdict, words: row.words }
}

function atMinute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** `build 1.4 s, apply 2.7 s`: the stages that took a person's notice. */
function timings({ timings: spent, startedAt, finishedAt }: Release): string {
  if (startedAt === null || finishedAt === null) return ''
  const noticed = Object.entries(spent ?? {}).filter(([, ms]) => typeof ms === 'number' && ms >= 100)
  const stages = noticed.map(([stage, ms]) => `${asHtml(stage)} ${(Number(ms) / 1000).toFixed(1)} s`).join(', ')
  return `; took ${((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s${stages === '' ? '' : ` (${stages})`}`
}

/** One folded part for each service that was built or whose output was kept; that of a failed one is open. */
function builds(log: readonly StoredLine[], verdicts: readonly ReleaseService[]): string[] {
  const failed = new Set(verdicts.filter((row) => row.verdict === 'failed').map((row) => row.service))
  const byService = Map.groupBy(
    log.filter((line) => line.stream === 'build' && line.service !== null),
    (line) => line.service!,
  )
  const parts = [...byService].map(([service, lines]) =>
    folded(`${service} (${lines.length} lines)`, text(lines.map((line) => line.text)), failed.has(service)),
  )
  return parts.length === 0 ? [] : [section('Output of builds and services', parts.join('\n'))]
}

function whatRuns({ planText, stackSpec }: Release): string[] {
  const differences = (stackSpec?.differences ?? []).map(({ file, pointer, change, reason }) => `${file}${pointer}: ${change} (${reason})`)
  const edits = (stackSpec?.edits ?? []).map(describeEdit)
  const parts = [
    ...(planText === null ? [] : [folded('The plan', text([planText]), false)]),
    ...(differences.length === 0 ? [] : [folded('How it differs from the compose file', text(differences), true)]),
    ...(edits.length === 0 ? [] : [folded('What people changed in compose.kyozo.yaml', text(edits), true)]),
    ...(stackSpec == null
      ? []
      : [
          folded('compose.kyozo.yaml', text([stackSpec.documentText]), false),
          folded('The runtime overlay', text([stackSpec.overlayText]), false),
        ]),
  ]
  return parts.length === 0 ? [] : [section('What runs', parts.join('\n'))]
}

function section(title: string, content: string): string {
  return `<h2>${title}</h2>${content}`
}

function folded(title: string, content: string, isOpen: boolean): string {
  return `<details${isOpen ? ' open' : ''}><summary>${asHtml(title)}</summary>${content}</details>`
}

function text(lines: readonly string[]): string {
  return `<pre>${asHtml(lines.join('\n'))}</pre>`
}

// /releases/<id>: the page a commit status links to. Verdicts first, then what happened, the plan, the builds and what runs. No script, nothing
// loaded from elsewhere; while the release goes on, the page asks to be loaded again.
import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { KyozoError } from '../errors.ts'
import { hasEnded } from '../release/states.ts'
import { releaseWords, short, type Verdict } from '../release/verdict.ts'
import type { Database } from '../store/database.ts'
import { findEnvironment } from '../store/environments.ts'
import { readLog, type StoredLine } from '../store/logs.ts'
import { findRow } from '../store/reading.ts'
import { findRelease, type Release, type ReleaseService, releaseServices } from '../store/releases.ts'
import { findWorkspace } from '../store/workspaces.ts'
import { requireViewer, viewerIn } from './authenticate.ts'

/** A browser shows so many at once; `kyozo logs` and the API have all of them. */
const linesShown = 5_000
const reloadSeconds = 2

export function releasePageRouter(db: Database): Router {
  const router = Router()
  router.get('/:id', requireViewer(db, 'Basic'), async (request: Request, response: Response) => {
    const id = z.uuid().safeParse(request.params.id)
    const seen = id.success ? await findRow(db, viewerIn(response), { table: 'releases', columns: ['id'], id: id.data }) : undefined
    if (seen === undefined) throw new KyozoError('not_found', 'there is no release with this id')
    const release = (await findRelease(db, String(seen.id)))!
    const workspace = (await findWorkspace(db, release.workspaceId))!
    const environment = (await findEnvironment(db, release.environmentId))!
    response.type('html').send(
      releasePage({
        workspace: workspace.name,
        environment: environment.name,
        release,
        verdicts: await releaseServices(db, release.id),
        log: await readLog(db, release.id, { after: '0', limit: linesShown }),
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
}

function releasePage({ workspace, environment, release, verdicts, log }: PageContent): string {
  const words = releaseWords(release.state, verdicts.map(asVerdict), release.reason)
  const title = `${workspace} ${environment} ${short(release.sha)}: ${release.state}`
  const body = [
    `<h1>${asHtml(workspace)} <small>${asHtml(environment)}</small></h1>`,
    `<p class="state ${release.state}"><b>${release.state}</b> ${asHtml(words)}</p>`,
    `<p>Commit <code>${release.sha}</code> of <code>${asHtml(release.ref)}</code>, pushed by ${asHtml(release.triggeredBy)} at ${atMinute(release.createdAt)}${timings(release)}</p>`,
    verdictTable(verdicts),
    section('What happened', text(log.filter((line) => line.stream === 'release').map((line) => line.text))),
    ...builds(log, verdicts),
    ...whatRuns(release),
    log.length === linesShown
      ? `<p>Only the first ${linesShown} lines are shown; <code>kyozo logs ${release.id}</code> prints all.</p>`
      : '',
  ]
  const reload = hasEnded(release.state) ? '' : `<meta http-equiv="refresh" content="${reloadSeconds}">`
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">${reload}<title>${asHtml(title)}</title><style>${style}</style><body>${body.join('\n')}</body></html>`
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

function verdictTable(verdicts: readonly ReleaseService[]): string {
  if (verdicts.length === 0) return ''
  const rows = verdicts.map((row) => {
    const name = row.url === null ? asHtml(row.service) : `<a href="${asHtml(row.url)}">${asHtml(row.service)}</a>`
    return `<tr><td>${name}</td><td class="${row.verdict}">${row.verdict.replace('_', ' ')}</td><td>${asHtml(row.words)}</td></tr>`
  })
  return `<table><tr><th>Service<th>Verdict<th>Why</tr>${rows.join('')}</table>`
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
  const parts = [
    ...(planText === null ? [] : [folded('The plan', text([planText]), false)]),
    ...(differences.length === 0 ? [] : [folded('How it differs from the compose file', text(differences), true)]),
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

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
small{color:#59636e;font-weight:normal}h2{font-size:1.15rem;margin-top:1.8rem}pre{background:#f6f8fa;padding:1rem;overflow:auto;font-size:13px;margin:.4rem 0}
table{border-collapse:collapse;width:100%}summary{cursor:pointer;padding:.2rem 0}th,td{text-align:left;padding:.35rem .7rem;border-bottom:1px solid #d1d9e0;vertical-align:top}
td:nth-child(-n+2){white-space:nowrap}td:last-child{width:99%;white-space:pre-wrap}.state{padding:.6rem 1rem;background:#f6f8fa;border-left:4px solid #59636e;white-space:pre-wrap}
.live,.unchanged{color:#116329}.failed{color:#a40e26}.rolled_back,.superseded{color:#7d4e00}p.state{color:inherit}p.state.live,p.state.unchanged{border-color:#116329}p.state.failed{border-color:#a40e26}`

function asHtml(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return value.replace(/[&<>"']/g, (character) => entities[character]!)
}

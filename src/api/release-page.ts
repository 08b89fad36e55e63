// /releases/<id>: the page a commit status links to. Verdicts first, then the plan and the log. No script, nothing loaded from elsewhere.
import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { KyozoError } from '../errors.ts'
import { releaseWords, short, type Verdict } from '../release/verdict.ts'
import type { Database } from '../store/database.ts'
import { findEnvironment } from '../store/environments.ts'
import { readLog } from '../store/logs.ts'
import { findRow } from '../store/reading.ts'
import { findRelease, releaseServices } from '../store/releases.ts'
import { findWorkspace } from '../store/workspaces.ts'
import { requireViewer, viewerIn } from './authenticate.ts'

const linesShown = 2_000

export function releasePageRouter(db: Database): Router {
  const router = Router()
  router.get('/:id', requireViewer(db, 'Basic'), async (request: Request, response: Response) => {
    const id = z.uuid().safeParse(request.params.id)
    const seen = id.success ? await findRow(db, viewerIn(response), { table: 'releases', columns: ['id'], id: id.data }) : undefined
    if (seen === undefined) throw new KyozoError('not_found', 'there is no release with this id')
    const release = (await findRelease(db, String(seen.id)))!
    const verdicts = await releaseServices(db, release.id)
    const log = await readLog(db, release.id, { after: '0', limit: linesShown })
    const workspace = (await findWorkspace(db, release.workspaceId))!
    const environment = (await findEnvironment(db, release.environmentId))!
    const words = releaseWords(release.state, verdicts.map(asVerdict), release.reason)
    response.type('html').send(
      page({
        title: `${workspace.name} ${environment.name} ${short(release.sha)}`,
        body: [
          `<h1>${asHtml(workspace.name)} <small>${asHtml(environment.name)}</small></h1>`,
          `<p class="state ${release.state}"><b>${release.state}</b> ${asHtml(words)}</p>`,
          `<p>Commit <code>${release.sha}</code> of <code>${asHtml(release.ref)}</code>, by ${asHtml(release.triggeredBy)}, ${release.createdAt.toISOString()}</p>`,
          table(verdicts),
          release.planText === null ? '' : `<h2>Plan</h2><pre>${asHtml(release.planText)}</pre>`,
          `<h2>Log</h2><pre>${log.map((line) => asHtml(line.service === null ? line.text : `${line.service} | ${line.text}`)).join('\n')}</pre>`,
        ].join('\n'),
      }),
    )
  })
  return router
}

function asVerdict(row: { service: string; verdict: Verdict['kind']; words: string }): Verdict {
  return { service: row.service, kind: row.verdict, words: row.words }
}

function table(verdicts: Awaited<ReturnType<typeof releaseServices>>): string {
  if (verdicts.length === 0) return ''
  const rows = verdicts.map((row) => {
    const name = row.url === null ? asHtml(row.service) : `<a href="${asHtml(row.url)}">${asHtml(row.service)}</a>`
    return `<tr><td>${name}</td><td class="${row.verdict}">${row.verdict.replace('_', ' ')}</td><td>${asHtml(row.words)}</td></tr>`
  })
  return `<table><tr><th>Service<th>Verdict<th>Why</tr>${rows.join('')}</table>`
}

function page(content: { readonly title: string; readonly body: string }): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${asHtml(content.title)}</title><style>${style}</style><body>${content.body}</body></html>`
}

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
small{color:#59636e;font-weight:normal}pre{background:#f6f8fa;padding:1rem;overflow:auto;font-size:13px}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .7rem;border-bottom:1px solid #d1d9e0;vertical-align:top}.state{padding:.6rem 1rem;background:#f6f8fa;border-left:4px solid #59636e}
.live,.unchanged{color:#116329}.failed{color:#a40e26}.rolled_back,.superseded{color:#7d4e00}p.state.live,p.state.unchanged{border-color:#116329}p.state.failed{border-color:#a40e26}`

function asHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}

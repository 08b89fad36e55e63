// What became of each service, as a table of a page.
import type { ReleaseService } from '../../store/releases.ts'
import { asHtml } from './page.ts'

export function verdictTable(verdicts: readonly ReleaseService[]): string {
  if (verdicts.length === 0) return ''
  const rows = verdicts.map((row) => {
    const name = row.url === null ? asHtml(row.service) : `<a href="${asHtml(row.url)}">${asHtml(row.service)}</a>`
    return `<tr><td>${name}</td><td class="${row.verdict}">${row.verdict.replace('_', ' ')}</td><td>${asHtml(row.words)}</td></tr>`
  })
  return `<table><tr><th>Service<th>Verdict<th>Why</tr>${rows.join('')}</table>`
}

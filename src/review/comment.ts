// The one comment that kyozo keeps below a pull request. A reviewer gets the answer in the first line: is there a preview, and where. Then what asks
// for a person, then one table; everything else is folded away.
import type { VerdictKind } from '../release/verdict.ts'
import { bold, code, folded, httpUrl, link, words } from './escape.ts'
import { andMore, linesWithin, sectionsWithin } from './fit.ts'
import { callout } from './markdown.ts'
import type { ReviewSummary } from './summary.ts'

export interface PullRequestCommentInput {
  /** Stands in the text as it is, in a line of its own: an HTML comment of kyozo's. */
  readonly marker: string
  readonly workspace: string
  readonly headSha: string
  readonly preview: PreviewInComment
  /** Those of the preview. */
  readonly services: readonly ServiceInComment[]
  /** `failed`: why the commit could not be reviewed. Null while that is not known. */
  readonly review: ReviewInComment | { readonly failed: string } | null
  /** What somebody who may write has to say before anything runs, such as `/kyozo approve <commit>`; null when nothing waits for it. */
  readonly approval: { readonly command: string } | null
  /** Sentences of plain text. */
  readonly notes: readonly string[]
  /** Where to read on; each is left out when it is null. */
  readonly links: { readonly page: string | null; readonly log: string | null }
  /** Whether it was merged or closed: nothing can be asked of it any more. Default is that it is open. */
  readonly isOver?: boolean
}

export type ReviewInComment = Pick<ReviewSummary, 'title' | 'markdown' | 'decisions'> & {
  readonly changes: readonly { readonly service: string; readonly change: string }[]
}

export interface PreviewInComment {
  /** `waiting`: nothing of this commit has begun. `unhealthy`: it went live, and something of it is not well since. `none`: there is none, and `words` say why. `leaving`: it is being removed. `removed`: it is gone. */
  readonly state: 'waiting' | 'deploying' | 'live' | 'unhealthy' | 'failed' | 'none' | 'leaving' | 'removed'
  /** A sentence of plain text without a full stop; empty when the state says all. */
  readonly words: string
  /** The one address that a reviewer opens; null when nothing answers. Of an earlier commit while the state is neither `live` nor `unhealthy`. */
  readonly url: string | null
  readonly environment: string | null
  /** When it goes, in words: `in 3 days unless somebody uses it`. Null when it stays. */
  readonly expires: string | null
}

export interface ServiceInComment {
  readonly name: string
  /** Null while there is none. */
  readonly verdict: VerdictKind | null
  /** The verdict's words, or how far it is. */
  readonly words: string
  readonly url: string | null
  readonly durationMs?: number
  /** Why it is unhealthy by now, whatever the release said of it. Default is that it is not. */
  readonly trouble?: string
}

/** Below what every Git host takes. */
const commentLimit = 60_000
const partLimits = { decisions: 8_000, rows: 16_000, notes: 3_000 } as const

export function pullRequestComment(input: PullRequestCommentInput): string {
  const { review } = input
  const fixed = [heading(input), decisions(input), approval(input), table(input), notes(input)].filter((text) => text !== '')
  const footer = footerOf(input)
  const known = review === null || 'failed' in review ? undefined : review
  const sections = [
    { name: 'comment', text: fixed.join('\n\n') },
    { name: 'plan', text: known === undefined || known.markdown === '' ? '' : folded('What merging changes, and why', known.markdown) },
  ]
  return [input.marker, sectionsWithin(sections, commentLimit - input.marker.length - footer.length), footer].filter(Boolean).join('\n\n')
}

function heading(input: PullRequestCommentInput): string {
  const { preview, workspace, headSha, review, isOver = false } = input
  const said = preview.words === '' || isSaidBelow(input) ? [] : [words(preview.words)]
  const plan = review === null || 'failed' in review || isOver ? [] : [words(review.title, 140)]
  return [`### ${headline(preview)}`, '', [`${code(headSha.slice(0, 7))} in ${bold(workspace, 60)}`, ...said, ...plan].join(' · ')].join(
    '\n',
  )
}

/** The table says what came of a service, and whoever has to approve is told why. */
function isSaidBelow({ preview, services, approval, isOver = false }: PullRequestCommentInput): boolean {
  return approval !== null || (!isOver && services.some((service) => service.words === preview.words))
}

function headline({ state, url }: PreviewInComment): string {
  const at = url === null || httpUrl(url) === undefined ? undefined : link(url, new URL(url).host)
  const before = at === undefined ? '' : `; the one before is at ${at}`
  switch (state) {
    case 'live':
      return at === undefined ? '✅ Preview is live' : `✅ Preview: ${at}`
    case 'unhealthy':
      return at === undefined ? '⚠️ Preview is unhealthy' : `⚠️ Preview is unhealthy: ${at}`
    case 'waiting':
      return `⏳ Preview waits${before}`
    case 'deploying':
      return `⏳ Preview is on its way${before}`
    case 'failed':
      return `❌ Preview failed${before}`
    case 'none':
      return '⏸️ No preview'
    case 'leaving':
      return '🧹 Preview is being removed'
    case 'removed':
      return '🧹 Preview is gone'
  }
}

function decisions({ review }: PullRequestCommentInput): string {
  if (review === null) return ''
  if ('failed' in review) return callout('CAUTION', [`**kyozo cannot tell what this would do**: ${words(review.failed, 1_000)}`])
  return callout('CAUTION', review.decisions, partLimits.decisions)
}

function approval(input: PullRequestCommentInput): string {
  if (input.approval === null) return ''
  return callout('NOTE', [
    `It comes from a fork: nothing of this commit is built or run before somebody who may write here comments ${code(input.approval.command)}`,
  ])
}

/** Unchanged services of which nothing is to be said; more of them are one row. */
const quietShown = 5

const headings = ['Service', 'If merged', 'Preview', 'Address'] as const
type Cells = readonly [service: string, change: string, state: string, address: string]

/** Without the columns in which nothing stands. */
function table(input: PullRequestCommentInput): string {
  const rows = input.isOver === true ? [] : rowsOf(input)
  if (rows.length === 0) return ''
  const cells = rows.map(cellsOf)
  const isUsed = headings.map((_, column) => cells.some((row) => row[column] !== ''))
  const line = (row: readonly string[]) => `| ${row.filter((_, column) => isUsed[column]).join(' | ')} |`
  const quiet = rows.filter(isQuiet)
  const folds = quiet.length > quietShown
  const lines = rows.flatMap((row, at) => (folds && isQuiet(row) ? [] : [line(cells[at]!)]))
  const state = quiet.every((row) => row.state?.verdict === 'live') ? '✅ live' : ''
  return [
    line(headings),
    line(headings.map(() => ':--')),
    ...linesWithin(lines, partLimits.rows, (left) => line([andMore(left, 'service'), '', '', ''])),
    ...(folds ? [line([`${quiet.length} others`, 'unchanged', state, ''])] : []),
  ].join('\n')
}

interface Row {
  readonly name: string
  readonly change: string | undefined
  readonly state: ServiceInComment | undefined
}

/** Changed services first, as the review has them; then what the preview runs besides. */
function rowsOf({ services, review }: PullRequestCommentInput): readonly Row[] {
  const changes = review === null || 'failed' in review ? [] : review.changes
  const states = new Map(services.map((state) => [state.name, state]))
  const known = new Set(changes.map(({ service }) => service))
  return [
    ...changes.map(({ service, change }) => ({ name: service, change, state: states.get(service) })),
    ...services.filter(({ name }) => !known.has(name)).map((state) => ({ name: state.name, change: undefined, state })),
  ]
}

function isQuiet({ change, state }: Row): boolean {
  return (
    change === 'unchanged' &&
    state?.trouble === undefined &&
    (state === undefined || ((state.verdict === 'live' || state.verdict === 'unchanged') && state.url === null))
  )
}

function cellsOf({ name, change, state }: Row): Cells {
  const address = state?.url == null || httpUrl(state.url) === undefined ? '' : link(state.url, 'open')
  return [bold(name, 63), change === undefined ? '' : words(change, 80), state === undefined ? '' : stateMarkdown(state), address]
}

const marks: Readonly<Record<VerdictKind, string>> = {
  live: '✅',
  unchanged: '✅',
  failed: '❌',
  rolled_back: '❌',
  superseded: '⏭️',
  removed: '🧹',
  skipped: '⏸️',
  stopped: '⏸️',
  shared: '🔗',
  left_out: '➖',
}

function stateMarkdown({ verdict, words: said, durationMs, trouble }: ServiceInComment): string {
  if (trouble !== undefined) return `⚠️ unhealthy: ${words(trouble, 300)}`
  // The words of what went live say how long it took.
  const took = durationMs === undefined || verdict === 'live' ? '' : ` (${Math.round(durationMs / 1000)} s)`
  return `${verdict === null ? '⏳' : marks[verdict]} ${words(said, 300)}${took}`.trim()
}

function notes({ notes: all }: PullRequestCommentInput): string {
  const lines = all.map((note) => `- ${words(note, 500)}`)
  return linesWithin(lines, partLimits.notes, (left) => `- ${andMore(left, 'note')}`).join('\n')
}

function footerOf({ links, preview, isOver = false }: PullRequestCommentInput): string {
  const parts = [
    ...(links.page === null ? [] : [link(links.page, 'Details')]),
    ...(links.log === null ? [] : [link(links.log, 'Log')]),
    ...(preview.expires === null ? [] : [`goes ${words(preview.expires, 80)}`]),
    ...(isOver ? [] : [`${code('/kyozo help')} lists what can be asked here`]),
  ]
  return parts.length === 0 ? '' : `<sub>${parts.join(' · ')}</sub>`
}

// A review for a Git host: the text of the check, and what is folded away in the comment. The title is shown beside it and not repeated.
import { formatOperation } from '../reconcile/format-plan.ts'
import { block, code, folded, words } from './escape.ts'
import { changeItem, evidenceItem } from './explanation.ts'
import { andMore, counted, linesWithin, sectionsWithin } from './fit.ts'
import type { ComposeDiff, Decision, Review, VolumeRisk } from './review.ts'
import { missingWords, strategyWords } from './sentences.ts'
import { reviewTitle } from './title.ts'
import { topologyMermaid } from './topology-mermaid.ts'

/** Git hosts take 65,536 characters; a comment says more than its review. */
const usualLimit = 48_000

/** How much of it each part may be at most. */
const partLimits = { callouts: 8_000, services: 14_000, steps: 6_000, evidence: 6_000, list: 5_000, diff: 12_000 } as const

export function reviewMarkdown(review: Review, { limit = usualLimit }: { readonly limit?: number } = {}): string {
  return sectionsWithin(
    [
      { name: 'what asks for a person', text: callouts(review) },
      { name: 'services', text: services(review) },
      { name: 'topology', text: topology(review) },
      { name: 'compose diff', text: composeSection(review.composeDiff) },
      { name: 'steps of a release', text: steps(review) },
      { name: 'evidence', text: evidence(review) },
      { name: 'differences from your compose file', text: differences(review) },
      {
        name: 'warnings',
        text: list(
          'Warnings',
          review.warnings.map((warning) => words(warning)),
        ),
      },
    ],
    limit,
  )
}

/** With its title, for whoever has no other place for it. */
export function titledMarkdown(review: Review): string {
  return `### ${words(reviewTitle(review))}\n\n${reviewMarkdown(review)}`
}

/** One that a reader cannot miss, in Markdown that is a quotation where a host does not know it. */
export function callout(kind: 'CAUTION' | 'WARNING' | 'NOTE', lines: readonly string[], limit: number = partLimits.callouts): string {
  if (lines.length === 0) return ''
  const shown = linesWithin(lines, limit, (left) => andMore(left, 'line'))
  return [`> [!${kind}]`, ...shown.map((line) => `> ${shown.length === 1 ? '' : '- '}${line}`)].join('\n')
}

export function riskMarkdown({ volume, service, words: risk, advice }: VolumeRisk): string {
  return `**Volume ${words(volume, 100)} of ${words(service, 63)} is at risk**: ${words(risk, 400)}. ${words(capital(advice), 400)}.`
}

export function unsureMarkdown({ words: unsure, service }: Decision): string {
  return `${words(unsure)}: is it right? ${code(`/kyozo explain ${service}`)} says why, and kyozo.yaml decides (${code(`services: {${service}: …}`)}).`
}

function capital(sentence: string): string {
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`
}

function callouts(review: Review): string {
  const failures = review.failures.map(
    ({ words: failure, advice }) => `${words(failure)}.${advice === null ? '' : ` To mend it: ${words(advice)}.`}`,
  )
  const unsure = review.decisions.filter(({ kind }) => kind === 'unsure')
  return [
    failures.length === 0 ? '' : callout('CAUTION', ['**A release of this would fail**', ...failures]),
    callout('CAUTION', review.risks.map(riskMarkdown)),
    callout('WARNING', [...unsure.map(unsureMarkdown), ...review.missing.map((one) => `${words(missingWords(one, review))}.`)]),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
}

function services(review: Review): string {
  const changes = review.services.filter(({ kind }) => kind !== 'unchanged')
  const same = review.services.filter(({ kind }) => kind === 'unchanged').map(({ name }) => words(name, 63))
  const names = linesWithin(same, 2_000, (left) => andMore(left, 'service'))
  const strategy = strategyWords(review)
  return [
    ...(changes.length === 0 ? ['Merging this changes no service.', ''] : []),
    ...linesWithin(changes.map(changeItem), partLimits.services, (left) => `- ${andMore(left, 'service')}`),
    ...(same.length === 0 ? [] : [`- ${same.length} unchanged: ${names.join(', ')}`]),
    ...(strategy === undefined ? [] : [`- ${words(strategy)}`]),
  ]
    .join('\n')
    .trimEnd()
}

function topology(review: Review): string {
  const isSame = review.services.every(({ kind }) => kind === 'unchanged')
  return isSame ? '' : folded('Topology', block('mermaid', topologyMermaid(review).split('\n')))
}

function composeSection({ added, removed, hunks, isTooLarge }: ComposeDiff): string {
  if (isTooLarge) return 'The compose document becomes another one; `kyozo compose` prints it.'
  if (hunks.length === 0) return ''
  const lines = hunks.flatMap(({ at, lines }) => [`@@ -${at.before} +${at.after} @@`, ...lines])
  const shown = linesWithin(lines, partLimits.diff, (left) => `@@ ${andMore(left, 'line')} @@`)
  return folded(`compose.kyozo.yaml: ${added} added, ${removed} removed`, block('diff', shown))
}

function steps({ plan }: Review): string {
  const operations = plan.operations.filter(({ kind }) => kind !== 'keep')
  if (operations.length === 0) return ''
  const lines = operations.map((operation) => `${formatOperation(operation)}: ${operation.cause}`)
  const shown = linesWithin(lines, partLimits.steps, (left) => andMore(left, 'step'))
  return folded(`What a release would do: ${counted(operations.length, 'step')}`, block('text', shown))
}

function evidence({ services: all }: Review): string {
  const lines = all.filter(({ kind }) => kind !== 'unchanged').flatMap(evidenceItem)
  if (lines.length === 0) return ''
  return folded('Evidence', linesWithin(lines, partLimits.evidence, (left) => `- ${andMore(left, 'line')}`).join('\n'))
}

function differences({ differences: { added, kept } }: Review): string {
  const lines = added.map(({ file, pointer, change, reason }) => `${code(`${file}${pointer}`)} ${words(change)} (${words(reason)})`)
  const rest = kept === 0 ? '' : `, ${kept} as before`
  return list(`Differences from your compose file: ${added.length} new${rest}`, lines)
}

function list(summary: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const shown = linesWithin(lines, partLimits.list, (left) => andMore(left, 'line'))
  return folded(summary, shown.map((line) => `- ${line}`).join('\n'))
}

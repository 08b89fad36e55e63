// A review for a terminal: what `kyozo plan` prints. Every line is cleaned, since names and facts come from the repository.
import { formatOperation } from '../reconcile/format-plan.ts'
import { plain } from './escape.ts'
import { andMore, linesWithin, sectionsWithin } from './fit.ts'
import type { ComposeDiff, Review, ServiceChange } from './review.ts'
import {
  causeWords,
  certaintyWords,
  changeWord,
  factWords,
  fileWords,
  missingWords,
  moveSentences,
  placeOf,
  replacementWords,
  strategyWords,
} from './sentences.ts'
import { reviewTitle } from './title.ts'

const textLimit = 60_000
/** Of one part, so that a large one leaves room for the others. */
const partLimit = 12_000

/** Ends with a line feed. */
export function reviewText(review: Review): string {
  const sections = [
    { name: 'services', text: [reviewTitle(review), serviceLines(review).join('\n')].filter((text) => text !== '').join('\n\n') },
    { name: 'failures', text: part('A release would fail', failureLines(review)) },
    { name: 'volumes', text: part('VOLUMES AT RISK', riskLines(review)) },
    { name: 'what a person decides', text: part('A person decides', unsureLines(review)) },
    {
      name: 'missing variables',
      text: part(
        'Missing',
        review.missing.map((one) => missingWords(one, review)),
      ),
    },
    { name: 'details', text: detailLines(review).join('\n') },
    { name: 'steps', text: part('Steps of a release', stepLines(review)) },
    { name: 'differences', text: part('Differences from your compose file', differenceLines(review)) },
    { name: 'warnings', text: part('Warnings', review.warnings) },
    { name: 'compose diff', text: composeLines(review.composeDiff).join('\n') },
  ]
  return `${sectionsWithin(sections, textLimit)}\n`
}

function part(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const shown = lines.map((line) => `  ${clean(line)}`)
  return [title, ...linesWithin(shown, partLimit, (left) => `  ${andMore(left, 'line')}`)].join('\n')
}

/** Indentation is kept. */
function clean(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${plain(line, 400)}`
}

function serviceLines(review: Review): readonly string[] {
  const changes = review.services.filter(({ kind }) => kind !== 'unchanged')
  const same = review.services.filter(({ kind }) => kind === 'unchanged').map(({ name }) => name)
  const rows = changes.map((change) => [plain(change.name, 63), changeWord(change), plain(causeWords(change))] as const)
  const width = (column: 0 | 1) => Math.max(0, ...rows.map((row) => row[column].length))
  const strategy = strategyWords(review)
  return [
    ...rows.map(([name, word, cause]) => `  ${name.padEnd(width(0))}  ${word.padEnd(width(1))}  ${cause}`),
    ...(same.length === 0 ? [] : [`  ${same.length} unchanged: ${plain(same.join(', '), 1_000)}`]),
    ...(strategy === undefined ? [] : [`  ${strategy}`]),
  ]
}

function failureLines({ failures }: Review): readonly string[] {
  return failures.flatMap(({ words, advice }) => [words, ...(advice === null ? [] : [`  ${advice}`])])
}

function riskLines({ risks }: Review): readonly string[] {
  return risks.flatMap(({ volume, service, words, advice }) => [`${volume} of ${service}: ${words}`, `  ${advice}`])
}

function unsureLines({ decisions }: Review): readonly string[] {
  return decisions.filter(({ kind }) => kind === 'unsure').map(({ words }) => words)
}

function stepLines({ plan }: Review): readonly string[] {
  const steps = plan.operations.filter(({ kind }) => kind !== 'keep')
  return steps.map((operation) => `${formatOperation(operation)}: ${operation.cause}`)
}

function differenceLines({ differences: { added, kept } }: Review): readonly string[] {
  const lines = added.map(({ file, pointer, change, reason }) => `${file}${pointer}: ${change} (${reason})`)
  return lines.length === 0 || kept === 0 ? lines : [...lines, `${kept} more, as before`]
}

/** Files of one service on the screen. */
const filesShown = 5

function detailLines(review: Review): readonly string[] {
  const lines = review.services.flatMap((change) => (change.kind === 'unchanged' ? [] : detailsOf(change)))
  return linesWithin(lines, partLimit, (left) => andMore(left, 'line'))
}

function detailsOf(change: ServiceChange): readonly string[] {
  const { name, move, facts, files, evidence } = change
  const replacement = replacementWords(change)
  const lines = [
    ...(move === null ? [] : moveSentences(move)),
    ...facts.map(factWords),
    ...(replacement === undefined ? [] : [replacement]),
    ...files.slice(0, filesShown).map(fileWords),
    ...(files.length > filesShown ? [andMore(files.length - filesShown, 'file')] : []),
    ...(change.kind === 'added' || move !== null ? evidence.map((fact) => `${fact.fact} (${placeOf(fact)})`) : []),
  ]
  if (lines.length === 0) return []
  const sure = certaintyWords(change)
  return [`${plain(name, 63)}${sure === undefined ? '' : `, ${sure}`}`, ...lines.map((line) => `  ${clean(line)}`)]
}

/** Lines of the compose document on the screen; `kyozo compose` prints all of it. */
const diffLinesShown = 60

function composeLines({ added, removed, hunks, isTooLarge }: ComposeDiff): readonly string[] {
  if (isTooLarge) return ['compose.kyozo.yaml is another document: kyozo compose prints it']
  if (hunks.length === 0) return []
  const lines = hunks.flatMap(({ at, lines }) => [`@@ -${at.before} +${at.after} @@`, ...lines])
  const left = lines.length - diffLinesShown
  return [
    `compose.kyozo.yaml: ${added} added, ${removed} removed`,
    ...lines.slice(0, diffLinesShown).map((line) => `  ${line.slice(0, 1)}${clean(line.slice(1))}`.trimEnd()),
    ...(left > 0 ? [`  ${andMore(left, 'line')}`] : []),
  ]
}

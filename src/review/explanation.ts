// One service of a review for whoever asks why: what becomes of it, in what it differs, and what speaks for it.
import { bold, code, words } from './escape.ts'
import { andMore, linesWithin } from './fit.ts'
import type { ServiceChange } from './review.ts'
import { causeWords, certaintyWords, changeWord, factWords, fileWords, moveSentences, placeOf, replacementWords } from './sentences.ts'

/** An item of a list, with its details as a list below it. */
export function changeItem(change: ServiceChange): string {
  const replacement = replacementWords(change)
  const details = [
    ...(change.move === null
      ? []
      : [
          moveSentences(change.move)
            .map((sentence) => words(sentence))
            .join(' '),
        ]),
    ...(change.facts.length === 0
      ? []
      : [
          change.facts
            .slice(0, factsShown)
            .map((fact) => words(factWords(fact)))
            .join(' · '),
        ]),
    ...(replacement === undefined ? [] : [words(replacement)]),
  ]
  return [`- ${bold(change.name, 63)} ${changeWord(change)}: ${words(causeWords(change))}`, ...details.map((line) => `  - ${line}`)].join(
    '\n',
  )
}

const factsShown = 8
/** Changed files of one service. */
const filesShown = 10

/** Empty where nothing speaks for it. */
export function evidenceItem(change: ServiceChange): readonly string[] {
  const { name, after, files, evidence } = change
  const sure = certaintyWords(change)
  const lines = [
    ...evidence.map((fact) => `  - ${words(fact.fact)} (${code(placeOf(fact))})`),
    ...files.slice(0, filesShown).map((file) => `  - ${words(fileWords(file))}`),
    ...(files.length > filesShown ? [`  - ${andMore(files.length - filesShown, 'file')}`] : []),
  ]
  if (lines.length === 0 || after === null) return []
  const kind = after.type === 'backing' ? 'a backing service' : words(after.type)
  return [`- ${bold(name, 63)} is ${kind}${sure === undefined ? '' : `, ${sure}`}`, ...lines]
}

const explanationLimit = 3_000

/** Markdown of at most some thousand characters. */
export function explainChange(change: ServiceChange): string {
  const lines = [changeItem(change), ...evidenceItem(change)]
  return linesWithin(lines, explanationLimit, (left) => `- ${andMore(left, 'line')}`).join('\n')
}

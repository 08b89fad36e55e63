// A review in one line, as a commit's status shows it.
import { plain } from './escape.ts'
import { counted } from './fit.ts'
import type { Review } from './review.ts'
import { changeWord } from './sentences.ts'

/** GitHub refuses a longer description of a status. */
const titleLimit = 140

/** Plain text of at most 140 characters: `2 services change: api rebuilt, worker added; 1 volume at risk`. */
export function reviewTitle(review: Review): string {
  const { services, failures } = review
  const [failure] = failures
  if (failure !== undefined) return plain(`A release would fail: ${failure.words}`, titleLimit)
  const changes = services.filter(({ kind }) => kind !== 'unchanged')
  const end = endOf(review)
  if (changes.length === 0) return plain(`${services.length === 0 ? 'There is no service to run' : 'No service changes'}${end}`, titleLimit)
  const start = review.isFirst ? `First release of ${counted(changes.length, 'service')}: ` : `${sayCount(changes.length)}: `
  const names = changes.map((change) => plain(review.isFirst ? change.name : `${change.name} ${changeWord(change)}`, 60))
  return plain(`${start}${asManyAsFit(names, titleLimit - start.length - end.length)}${end}`, titleLimit)
}

function sayCount(count: number): string {
  return `${counted(count, 'service')} ${count === 1 ? 'changes' : 'change'}`
}

function endOf({ risks, decisions }: Review): string {
  const volumes = new Set(risks.map(({ volume }) => volume)).size
  const unsure = decisions.filter(({ kind }) => kind === 'unsure').map(({ service }) => plain(service, 60))
  return [
    ...(volumes === 0 ? [] : [`; ${counted(volumes, 'volume')} at risk`]),
    ...(unsure.length === 0 ? [] : [`; ${unsure.length === 1 ? unsure[0] : counted(unsure.length, 'service')} unsure`]),
  ].join('')
}

function asManyAsFit(names: readonly string[], limit: number): string {
  for (let count = names.length; count > 0; count--) {
    const left = names.length - count
    const text = `${names.slice(0, count).join(', ')}${left === 0 ? '' : ` and ${left} more`}`
    if (text.length <= limit || count === 1) return text
  }
  return ''
}

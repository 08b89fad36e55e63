// A review as it is kept: what a check, a comment and a page show of it, without everything that it was made from.
import { explainChange } from './explanation.ts'
import { counted } from './fit.ts'
import { reviewMarkdown, riskMarkdown, unsureMarkdown } from './markdown.ts'
import type { Review } from './review.ts'
import { changeWord } from './sentences.ts'
import { reviewText } from './text.ts'
import { reviewTitle } from './title.ts'

export interface ReviewSummary {
  /** One line of at most 140 characters, plain text. */
  readonly title: string
  /** Without the title. */
  readonly markdown: string
  /** For a terminal. */
  readonly text: string
  readonly conclusion: 'success' | 'failure' | 'needs_decision'
  /** By service, changed ones first. */
  readonly changes: readonly {
    readonly service: string
    /** A word or three, plain text. */
    readonly change: string
    /** Markdown. */
    readonly explanation: string
  }[]
  /** Sentences of Markdown. */
  readonly decisions: readonly string[]
}

/** More are in the markdown. */
const decisionsKept = 20

export function summarizeReview(review: Review): ReviewSummary {
  const { risks, failures } = review
  const unsure = review.decisions.filter(({ kind }) => kind === 'unsure')
  const decisions = [...risks.map(riskMarkdown), ...unsure.map(unsureMarkdown)]
  const left = decisions.length - decisionsKept
  return {
    title: reviewTitle(review),
    markdown: reviewMarkdown(review),
    text: reviewText(review),
    conclusion: failures.length > 0 ? 'failure' : decisions.length > 0 ? 'needs_decision' : 'success',
    changes: review.services.map((change) => ({ service: change.name, change: changeWord(change), explanation: explainChange(change) })),
    decisions: [...decisions.slice(0, decisionsKept), ...(left > 0 ? [`${counted(left, 'more decision')} below.`] : [])],
  }
}

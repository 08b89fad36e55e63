import { describe, expect, it } from 'vitest'
import { checkOf } from '../../../src/pipeline/pull-requests/comment.ts'
import type { PullRequest } from '../../../src/store/pull-requests.ts'
import { newer, older } from '../facts.ts'

const review = {
  title: '1 service changes',
  markdown: '- one',
  text: 'one',
  conclusion: 'success',
  changes: [],
  decisions: [],
  baseSha: older,
}
const reviewed = { state: 'open', headSha: newer, reviewSha: newer, review, held: null, heldReason: null, heldSha: null } as const
const words = 'kyozo.yaml of main is wrong, and it says what previews may do: no such key\nline 3'
const unreadable = { held: 'failed', heldReason: words, heldSha: newer } as const

const told = (more: Partial<PullRequest>) =>
  checkOf({ ...(reviewed as typeof reviewed & Pick<PullRequest, 'review'>), ...more }, 'https://k/7')

describe('the plan beside a commit', () => {
  it('is that of the commit that was reviewed', () => {
    expect(told({})).toEqual({ sha: newer, conclusion: 'success', title: '1 service changes', text: '- one', targetUrl: 'https://k/7' })
    expect(told({ headSha: 'c'.repeat(40) })).toMatchObject({ sha: newer, conclusion: 'success' })
  })

  it('of a head that cannot be read says that, and why, whether or not an earlier one was reviewed', () => {
    const failed = { sha: newer, conclusion: 'failure', title: `No plan: ${words.split('\n')[0]}`, text: words, targetUrl: 'https://k/7' }
    expect(told({ ...unreadable, review: null, reviewSha: null })).toEqual(failed)
    expect(told({ ...unreadable, reviewSha: older })).toEqual(failed)
  })

  it('stays with a head that was reviewed and of which no preview can be made', () => {
    expect(told(unreadable)).toMatchObject({ conclusion: 'success' })
  })

  it('is not told of what is over, nor before anything is known', () => {
    expect([told({ state: 'merged' }), told({ review: null, reviewSha: null })]).toEqual([undefined, undefined])
  })
})

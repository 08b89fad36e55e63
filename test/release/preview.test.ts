import { describe, expect, it } from 'vitest'
import { decidePreview, forksAtOnce, lifeMs, type PreviewFacts, type PreviewPolicy } from '../../src/release/preview.ts'

const policy: PreviewPolicy = { branch: 'main', isEnabled: true, ttlMs: 72 * 3_600_000, max: 10, ofDrafts: true }
const nobody = { all: 0, ofForks: 0, usedLater: 0, ofForksAnywhere: 0 }
const facts: PreviewFacts = {
  number: 7,
  state: 'open',
  headSha: 'a'.repeat(40),
  isFork: false,
  isDraft: false,
  approvedSha: null,
  before: null,
  policy,
  hasPreview: false,
  others: nobody,
}
const decide = (changes: Partial<PreviewFacts>) => decidePreview({ ...facts, ...changes })
const approved = { isFork: true, approvedSha: facts.headSha }

describe('a preview', () => {
  it('of an open pull request from inside the repository is made', () => {
    expect(decide({})).toEqual({ kind: 'deploy' })
  })

  it.each(['merged', 'closed'] as const)('of a pull request that was %s goes', (state) => {
    expect(decide({ state, hasPreview: true })).toEqual({ kind: 'remove', words: `pull request 7 was ${state}` })
  })

  it('is not made where kyozo.yaml says so, and one that is there goes', () => {
    expect(decide({ policy: { ...policy, isEnabled: false }, hasPreview: true })).toMatchObject({
      kind: 'hold',
      held: 'off',
      words: 'previews are off: kyozo.yaml of main says so',
      removes: true,
    })
  })

  it('waits to be asked for where nothing is deployed by itself', () => {
    const waiting = { ...policy, waitsToBeAsked: true }
    expect(decide({ policy: waiting })).toMatchObject({ kind: 'hold', held: 'off', removes: false })
    expect(decide({ policy: waiting, isAsked: true })).toEqual({ kind: 'deploy' })
    expect(decide({ policy: waiting, hasPreview: true })).toEqual({ kind: 'deploy' })
    expect(decide({ policy: waiting, wasAsked: true })).toEqual({ kind: 'deploy' })
  })

  it('of a draft is made, unless kyozo.yaml says otherwise and nobody asks for it', () => {
    const strict = { ...policy, ofDrafts: false }
    expect(decide({ isDraft: true })).toEqual({ kind: 'deploy' })
    expect(decide({ isDraft: true, policy: strict })).toMatchObject({ held: 'draft' })
    expect(decide({ isDraft: true, policy: strict, isAsked: true })).toEqual({ kind: 'deploy' })
    expect(decide({ isDraft: true, policy: strict, wasAsked: true, hasPreview: true })).toEqual({ kind: 'deploy' })
  })

  it('of a fork waits for an approval of exactly its head; what was approved before goes on running', () => {
    expect(decide({ isFork: true })).toMatchObject({ kind: 'hold', held: 'approval', removes: false })
    expect(decide({ isFork: true, approvedSha: 'b'.repeat(40), hasPreview: true })).toMatchObject({ held: 'approval', removes: false })
    expect(decide({ isFork: true, isAsked: true })).toMatchObject({ held: 'approval' })
    expect(decide(approved)).toEqual({ kind: 'deploy' })
  })

  it('that a person removed stays away through pushes until a person wants it', () => {
    const before = { held: 'destroyed', words: 'ada removed it', sha: 'b'.repeat(40) }
    expect(decide({ before })).toEqual({ kind: 'hold', held: 'destroyed', words: 'ada removed it', removes: true })
    expect(decide({ before, isAsked: true })).toEqual({ kind: 'deploy' })
  })

  it.each(['expired', 'evicted'])('that has %s comes back with the next commit or when a person wants it', (held) => {
    const before = { held, words: 'nobody looked', sha: facts.headSha }
    expect(decide({ before })).toMatchObject({ kind: 'hold', held, words: 'nobody looked' })
    expect(decide({ before: { ...before, sha: 'b'.repeat(40) } })).toEqual({ kind: 'deploy' })
    expect(decide({ before, isAsked: true })).toEqual({ kind: 'deploy' })
  })

  it('finds no place beside as many as are allowed, but keeps the one that it has', () => {
    const others = { ...nobody, all: 10, usedLater: 9 }
    expect(decide({ others })).toMatchObject({
      ...{ kind: 'hold', held: 'full', removes: false },
      words: '10 previews are there already, and kyozo.yaml allows 10; this one is made when one of them goes',
    })
    expect(decide({ others, hasPreview: true })).toEqual({ kind: 'deploy' })
    expect(decide({ policy: { ...policy, max: 0 } })).toMatchObject({ held: 'full' })
  })

  it('of a fork finds no place beside as many forks as one repository may have, nor beside as many as all may have together', () => {
    const ofRepository = { ...nobody, all: forksAtOnce.ofRepository, ofForks: forksAtOnce.ofRepository, ofForksAnywhere: 3 }
    expect(decide({ ...approved, others: ofRepository })).toEqual({
      ...{ kind: 'hold', held: 'full', removes: false },
      words: '3 previews of forks are there already, and of one repository 3 are run at once; this one is made when one of them goes',
    })
    const together = { ...nobody, ofForksAnywhere: forksAtOnce.together }
    expect(decide({ ...approved, others: together })).toEqual({
      ...{ kind: 'hold', held: 'full', removes: false },
      words: 'this kyozo runs 10 previews of forks at once, of all repositories together; this one is made when one of them goes',
    })
    expect(decide({ ...approved, others: { ...together, ofForksAnywhere: 9 } })).toEqual({ kind: 'deploy' })
    expect(decide({ others: together })).toEqual({ kind: 'deploy' })
    expect(decide({ ...approved, hasPreview: true, others: together })).toEqual({ kind: 'deploy' })
  })

  it('goes where fewer are allowed since, unless it is one of those that were used last', () => {
    const fewer = { policy: { ...policy, max: 2 }, hasPreview: true }
    expect(decide({ ...fewer, others: { ...nobody, all: 3, usedLater: 1 } })).toEqual({ kind: 'deploy' })
    expect(decide({ ...fewer, others: { ...nobody, all: 3, usedLater: 2 } })).toMatchObject({
      ...{ kind: 'hold', held: 'full', removes: true },
      words: expect.stringMatching(/^2 previews are there, kyozo\.yaml of main allows 2 by now, and this one was used least recently/),
    })
  })

  it('of a fork stays no longer than a day', () => {
    expect(lifeMs(policy, { isFork: false })).toBe(72 * 3_600_000)
    expect(lifeMs(policy, { isFork: true })).toBe(24 * 3_600_000)
    expect(lifeMs({ ttlMs: 1_000 }, { isFork: true })).toBe(1_000)
  })
})

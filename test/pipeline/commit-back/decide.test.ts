import { describe, expect, it } from 'vitest'
import { afterPush, triesLimit } from '../../../src/pipeline/commit-back/after-push.ts'
import {
  type CommitBackFacts,
  decideCommitBack,
  isProposalBranch,
  proposalBranchOf,
  proposalKey,
  proposeInstead,
} from '../../../src/pipeline/commit-back/decide.ts'
import { withMark } from '../../../src/stack/committed/file.ts'
import { mergeCommitted } from '../../../src/stack/committed/merge.ts'
import type { Committed } from '../../../src/stack/edits/with-edits.ts'
import { houseText } from '../../../src/stack/house-yaml.ts'

const released = 'a'.repeat(40)

/** The file of an API with so many MiB, and maybe more services. */
function generated(memory: number, more: Readonly<Record<string, unknown>> = {}): string {
  const api = { build: { context: './api' }, deploy: { resources: { limits: { memory: `${memory}m` } } } }
  return withMark(houseText({ data: { services: { api, ...more } }, head: ['What kyozo runs.'], reasons: new Map() }))
}

function committed({ before, now, present }: { before: string; now: string; present: string | null }): Committed {
  const merging = { base: { kind: 'known', text: before } as const, generated: now, present }
  return {
    generated: now,
    present,
    base: 'known',
    merged: mergeCommitted(merging),
    proposal: mergeCommitted({ ...merging, resolve: () => 'take' }).text,
  }
}

const first = committed({ before: generated(80), now: generated(80), present: null })
const grown = committed({ before: generated(80), now: generated(80, { cache: { image: 'redis:7' } }), present: generated(80) })
const disputed = committed({ before: generated(80), now: generated(81), present: generated(80).replace('80m', '90m') })
const still = committed({ before: generated(80), now: generated(80), present: generated(80) })

const facts: CommitBackFacts = {
  mode: 'direct',
  branch: 'main',
  committed: grown,
  released,
  tip: released,
  proposalBranch: 'kyozo/compose',
  proposal: null,
  sameProposal: null,
  sinceLastMs: null,
}
const decide = (changed: Partial<CommitBackFacts> = {}) => decideCommitBack({ ...facts, ...changed })

describe('what is written back', () => {
  it('goes straight to the branch where that is wanted, onto the commit that was released', () => {
    expect(decide()).toEqual({
      kind: 'commit',
      to: 'refs/heads/main',
      parent: released,
      text: grown.merged.text,
      message: `Write compose.kyozo.yaml anew: cache\n\ncache: new\n\nKyozo-Generated: ${/generated ([0-9a-f]{32})/.exec(grown.generated)?.[1]}\n`,
    })
  })

  it('is proposed by a pull request where that is wanted, on kyozo’s own branch', () => {
    expect(decide({ mode: 'pull_request' })).toMatchObject({
      kind: 'pull_request',
      to: 'refs/heads/kyozo/compose',
      parent: released,
      expected: null,
      into: 'main',
      text: grown.merged.text,
      title: 'Write compose.kyozo.yaml anew',
      body: expect.stringContaining('    cache: new'),
    })
    expect(decide({ mode: 'pull_request', committed: first })).toMatchObject({ title: 'Add compose.kyozo.yaml, what kyozo runs' })
  })

  it('is proposed for each environment on a branch of its own, so that none brings what another holds', () => {
    const proposalBranch = proposalBranchOf({ environment: 'staging', isDefault: false })
    expect(decide({ mode: 'pull_request', branch: 'develop', proposalBranch })).toMatchObject({
      to: 'refs/heads/kyozo/compose-staging',
      into: 'develop',
    })
    expect(proposalBranchOf({ environment: 'production', isDefault: true })).toBe('kyozo/compose')
    expect(['kyozo/compose', 'kyozo/compose-staging', 'kyozo/composer', 'kyozo'].filter(isProposalBranch)).toEqual([
      'kyozo/compose',
      'kyozo/compose-staging',
    ])
  })

  it('is never a conflict straight to the branch: it is proposed, with what each side has and where', () => {
    const decision = decide({ committed: disputed })
    expect(decision).toMatchObject({
      kind: 'pull_request',
      text: disputed.proposal,
      title: 'Write compose.kyozo.yaml anew: 1 value that was changed here too',
    })
    expect(decision.kind === 'pull_request' && decision.body).toContain(
      [
        '    services.api.deploy.resources.limits.memory',
        '      you have: 90m (line 11 of the file)',
        '      kyozo had written: 80m (line 11 of what it had generated)',
        '      kyozo generates: 81m (line 11 of what it generates now)',
      ].join('\n'),
    )
    expect(disputed.proposal).toContain('81m')
    expect(disputed.merged.text).toContain('90m')
  })

  it('quotes the repository as code only, so that nobody is mentioned and nothing is a link', () => {
    const hostile = '@everyone](https://evil.example) `x` <img>'
    const present = generated(80).replace('    deploy:', `    labels: {'${hostile}': '\u202e${hostile}'}\n    deploy:`)
    const decision = decide({
      mode: 'pull_request',
      committed: committed({ before: generated(80), now: generated(80, { cache: { image: 'redis:7' } }), present }),
    })
    const lines = decision.kind === 'pull_request' ? decision.body.split('\n') : []
    const quoted = lines.filter((line) => line.includes('@everyone'))
    expect(quoted.length).toBeGreaterThan(0)
    for (const line of quoted) expect(line).toMatch(/^ {4}[^\u202e]*$/)
  })
})

describe('nothing is written back', () => {
  it.each([
    ['when that is off', { mode: 'off' }, 'commit_back is off'],
    ['when only code changed', { committed: still }, 'compose.kyozo.yaml is as it should be'],
    ['onto a branch that has moved on', { tip: 'b'.repeat(40) }, 'the branch has moved on to bbbbbbb, whose release decides'],
    ['to a branch that is gone', { tip: null }, 'the branch is gone'],
    [
      'that could not be read again',
      {
        committed: committed({
          before: generated(80),
          now: generated(80, { big: { image: 'x'.repeat(262_144) } }),
          present: generated(80),
        }),
      },
      'compose.kyozo.yaml would be larger than what kyozo reads back',
    ],
    [
      'that people have closed',
      { mode: 'pull_request', sameProposal: 'closed' },
      'people have closed the pull request with the same change',
    ],
    [
      'that is proposed already',
      { mode: 'pull_request', sameProposal: 'open', proposal: { tip: 'c'.repeat(40), isOurs: true, text: grown.merged.text } },
      'the pull request with this change is open',
    ],
    [
      'over what somebody else has put there',
      { mode: 'pull_request', proposal: { tip: 'c'.repeat(40), isOurs: false, text: 'theirs' } },
      "kyozo/compose leads to ccccccc, which is not this kyozo's: it stays as it is until it is merged or deleted",
    ],
  ] as const)('%s', (_, changed, why) => {
    expect(decide(changed)).toEqual({ kind: 'nothing', why })
  })

  it('twice within a minute', () => {
    expect(decide({ sinceLastMs: 20_000 })).toEqual({
      kind: 'later',
      afterMs: 40_000,
      why: 'something was written back to the branch within the last minute',
    })
    expect(decide({ sinceLastMs: 60_000 }).kind).toBe('commit')
  })

  it('and an older proposal of kyozo’s gives way to the new one', () => {
    expect(
      decide({ mode: 'pull_request', proposal: { tip: 'c'.repeat(40), isOurs: true, text: 'older' }, sameProposal: null }),
    ).toMatchObject({
      kind: 'pull_request',
      expected: 'c'.repeat(40),
    })
  })

  it('and what was proposed is known again by the file as it is and as it would be', () => {
    expect(proposalKey(grown)).toBe(proposalKey({ ...grown }))
    expect(new Set([first, grown, disputed].map(proposalKey)).size).toBe(3)
  })
})

describe('after a push', () => {
  const commit = decide()
  const proposal = decide({ mode: 'pull_request' })
  const next = (decision: typeof commit, kind: string, attempt = 1) => {
    if (decision.kind !== 'commit' && decision.kind !== 'pull_request') throw new Error(decision.kind)
    const outcome = kind === 'pushed' ? ({ kind } as const) : { kind: kind as 'protected', said: 'as it said', hint: '' }
    return afterPush({ decision, outcome, attempt })
  }

  it.each([
    ['pushed', 'done', 'compose.kyozo.yaml was written to main'],
    ['protected', 'propose', 'compose.kyozo.yaml was not written back to main: the branch is protected; it is proposed instead'],
    [
      'needs_signature',
      'propose',
      'compose.kyozo.yaml was not written back to main: the branch takes signed commits only; it is proposed instead',
    ],
    ['no_permission', 'given_up', 'compose.kyozo.yaml was not written back to main: the connection may not push (as it said)'],
    ['refused', 'given_up', 'compose.kyozo.yaml was not written back to main: the host refused it (as it said)'],
    ['unreachable', 'later', 'compose.kyozo.yaml was not written back to main: the host cannot be reached (as it said)'],
  ] as const)('of a commit that is %s comes: %s', (outcome, kind, words) => {
    expect(next(commit, outcome)).toEqual({ kind, words })
  })

  it('that somebody was faster than it begins anew, three times at most', () => {
    expect(next(commit, 'moved_on', 1)).toEqual({ kind: 'again' })
    expect(next(commit, 'moved_on', triesLimit)).toEqual({
      kind: 'given_up',
      words: 'compose.kyozo.yaml was not written back to main: somebody was faster 3 times; the next release tries again',
    })
  })

  it('what no branch takes ends in a clear word', () => {
    expect(next(proposal, 'needs_signature')).toEqual({
      kind: 'given_up',
      words: 'compose.kyozo.yaml was not written back to kyozo/compose: the branch takes signed commits only (as it said)',
    })
    expect(proposeInstead(facts)).toMatchObject({ kind: 'pull_request', text: grown.merged.text })
    expect(proposeInstead({ ...facts, mode: 'off' })).toMatchObject({ kind: 'nothing' })
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import type { ForgeEvent } from '../../../src/forge/forge.ts'
import { parse } from '../../../src/forge/gitlab/parse.ts'
import { allExamples, gitlabCom } from './examples.ts'

it('every recorded payload is decoded as what a person expects', () => {
  const decoded = Object.fromEntries(allExamples.map(({ name, event, payload }) => [name, summary(parse({ event, payload }, gitlabCom))]))
  expect(decoded).toEqual({
    'branch-deleted-in-subgroup': 'branch_deleted refs/heads/feature of group1/group2/group3/grp2repo by sytses',
    'comment-below-issue': 'ignored: the comment is not below a merge request',
    'comment-in-subgroup': 'ignored: the comment does not begin with /kyozo',
    'merge-request-closed': 'closed !4 of anbraten/woodpecker-test, which is closed, at 3e4db35 by anbraten',
    'merge-request-labeled':
      'labeled [good first issue] !3 of demoaccount2-commits-group/test_ci_tmp, which is open, at 2f76705 by real6543',
    'merge-request-merged': 'closed !4 of anbraten/woodpecker-test, which is merged, at 3e4db35 by anbraten',
    'merge-request-opened-in-subgroup': 'opened !1 of group1/group2/group3/grp2repo, which is open, at c4c7922 by sytses',
    'merge-request-pushed': 'updated !3 of anbraten/woodpecker, which is open, at c136499 by anbraten',
    'merge-request-reopened': 'reopened !1 of demoaccount2-commits-group/test_ci_tmp, which is open, at 36b5813 by real6543',
    'merge-request-unlabeled':
      'unlabeled [enhancement,help wanted] !3 of demoaccount2-commits-group/test_ci_tmp, which is open, at 2f76705 by real6543',
    'merge-request-without-changes': 'ignored: this change of merge request !3 alters nothing that runs',
    push: 'push refs/heads/main of test/woodpecker by test',
    'tag-deleted-in-subgroup': 'ignored: a tag was deleted, and kyozo runs branches and pull requests',
    'tag-push': 'tag_pushed refs/tags/v22 of test/woodpecker by test',
  })
})

describe('a mutated payload', () => {
  const zero = '0'.repeat(40)
  const hostile = fc.oneof(
    fc.constantFrom<unknown>(
      ...[null, '', zero, -1, 1e308, Number.NaN, [], {}, '__proto__', 'refs/heads/', '\u0000', '\ud800', '/kyozo deploy', '../..'],
      'a'.repeat(100_000),
    ),
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
  )

  it('never makes anything but an event or a payload_invalid', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...allExamples),
        fc.array(fc.tuple(fc.nat(), hostile), { minLength: 1, maxLength: 4 }),
        ({ event, payload }, changes) => {
          const mutated = changes.reduce<unknown>((value, [seed, replacement]) => withReplacement(value, seed, replacement), payload)
          const outcome = outcomeOf(() => parse({ event, payload: mutated }, gitlabCom))
          if (outcome instanceof KyozoError) expect(outcome.code).toBe('payload_invalid')
          else expect(JSON.stringify(outcome).length).toBeLessThan(5_000)
        },
      ),
      { numRuns: 4_000 },
    )
  })

  it('of any shape at all is survived for every event', () => {
    const events = ['Push Hook', 'Tag Push Hook', 'Merge Request Hook', 'Note Hook', 'System Hook', 'Made Up Hook']
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.anything(), (event, payload) => {
        const outcome = outcomeOf(() => parse({ event, payload }, gitlabCom))
        if (outcome instanceof KyozoError) expect(outcome.code).toBe('payload_invalid')
      }),
    )
  })
})

function summary(event: ForgeEvent): string {
  switch (event.kind) {
    case 'ignored':
      return `ignored: ${event.reason}`
    case 'ping':
      return 'ping'
    case 'pull_request': {
      const { action, changedLabels, repository, sender } = event
      const { number, headSha, state } = event.pullRequest
      const labels = changedLabels.length === 0 ? '' : ` [${changedLabels}]`
      return `${action}${labels} !${number} of ${repository.fullName}, which is ${state}, at ${headSha.slice(0, 7)} by ${sender.login}`
    }
    case 'merge_queued':
      return event.kind
    case 'comment':
      return `comment below !${event.pullRequest}: ${event.comment.text}`
    case 'push':
    case 'branch_deleted':
    case 'tag_pushed':
      return `${event.kind} ${event.ref} of ${event.repository.fullName} by ${event.pusher}`
  }
}

/** `value` with the part that `seed` picks (walking down at random) replaced. */
function withReplacement(value: unknown, seed: number, replacement: unknown): unknown {
  if (typeof value !== 'object' || value === null) return replacement
  const keys = Object.keys(value)
  const key = keys[seed % (keys.length + 1)]
  if (key === undefined) return replacement
  const rest = Math.floor(seed / (keys.length + 1))
  return { ...value, [key]: withReplacement((value as Record<string, unknown>)[key], rest, replacement) }
}

function outcomeOf(act: () => ForgeEvent): ForgeEvent | KyozoError {
  try {
    return act()
  } catch (error) {
    if (error instanceof KyozoError) return error
    throw error
  }
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import type { ForgeEvent } from '../../../src/forge/forge.ts'
import { parse } from '../../../src/forge/github/parse.ts'
import { allExamples, githubCom } from './examples.ts'

const zero = '0'.repeat(40)

describe('every recorded payload', () => {
  const table = allExamples.map((example, index) => ({ ...example, index }))

  it.each(table)('$index, $event, is decoded', ({ event, payload }) => {
    const decoded = parse({ event, payload }, githubCom)
    expect(summary(decoded)).toEqual(expectedSummary(event, payload))
  })
})

describe('a mutated payload', () => {
  const used = allExamples.filter(({ event }) =>
    ['push', 'pull_request', 'issue_comment', 'installation', 'installation_repositories', 'ping', 'delete', 'issues'].includes(event),
  )
  const hostile = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      '',
      zero,
      -1,
      1e308,
      Number.NaN,
      [],
      {},
      '__proto__',
      'refs/heads/',
      '\u0000',
      '\ud800',
      'a'.repeat(100_000),
    ),
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
  )

  it('never makes anything but an event or a payload_invalid', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...used),
        fc.array(fc.tuple(fc.nat(), hostile), { minLength: 1, maxLength: 4 }),
        ({ event, payload }, changes) => {
          const mutated = changes.reduce<unknown>((value, [seed, replacement]) => withReplacement(value, seed, replacement), payload)
          const outcome = outcomeOf(() => parse({ event, payload: mutated }, githubCom))
          if (outcome instanceof KyozoError) expect(outcome.code).toBe('payload_invalid')
          else expect(JSON.stringify(outcome).length).toBeLessThan(5_000)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('of any shape at all is survived for every event', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('push', 'pull_request', 'issue_comment', 'installation', 'installation_repositories', 'ping', 'issues', 'made_up'),
        fc.anything(),
        (event, payload) => {
          const outcome = outcomeOf(() => parse({ event, payload }, githubCom))
          if (outcome instanceof KyozoError) expect(outcome.code).toBe('payload_invalid')
        },
      ),
    )
  })
})

function summary(event: ForgeEvent): string {
  switch (event.kind) {
    case 'ignored':
      return `ignored: ${event.reason}`
    case 'ping':
      return `ping of ${event.repository?.fullName ?? 'no repository'}`
    case 'pull_request':
      return `pull_request ${event.action} #${event.pullRequest.number}`
    case 'merge_queued':
      return `#${event.pullRequest} waits to be merged into ${event.intoRef}`
    case 'comment':
      return `comment below #${event.pullRequest}: ${event.comment.text}`
    case 'push':
    case 'branch_deleted':
    case 'tag_pushed':
      return `${event.kind} ${event.ref}`
  }
}

/** What a person expects, told from the payload without kyozo's parser. */
function expectedSummary(event: string, payload: Readonly<Record<string, unknown>>): string {
  const actions: Record<string, string> = {
    opened: 'opened',
    synchronize: 'updated',
    reopened: 'reopened',
    ready_for_review: 'ready',
    converted_to_draft: 'drafted',
    closed: 'closed',
    labeled: 'labeled',
    unlabeled: 'unlabeled',
  }
  if (event === 'push') {
    const ref = String(payload.ref)
    if (!payload.deleted) return `${ref.startsWith('refs/tags/') ? 'tag_pushed' : 'push'} ${ref}`
    return ref.startsWith('refs/tags/') ? 'ignored: a tag was deleted, and kyozo runs branches and pull requests' : `branch_deleted ${ref}`
  }
  if (event === 'pull_request') {
    const action = actions[String(payload.action)]
    return action === undefined
      ? `ignored: this change of pull request #${payload.number} alters nothing that runs`
      : `pull_request ${action} #${payload.number}`
  }
  if (event === 'issue_comment')
    return `ignored: ${payload.action === 'created' ? 'the comment is below an issue, not a pull request' : 'only a new comment is read'}`
  if (event === 'installation' || event === 'installation_repositories') return expect.stringMatching(/^ignored: .*(the app|Codertocat)/)
  if (event === 'ping') return `ping of ${(payload.repository as { full_name: string } | undefined)?.full_name ?? 'no repository'}`
  if (event === 'create') return 'ignored: GitHub sends a push with every created branch, and kyozo acts on that'
  if (event === 'delete') return 'ignored: GitHub sends a push with every deleted branch, and kyozo acts on that'
  return `ignored: ${event.replaceAll('_', ' ')} events are not something kyozo acts on`
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

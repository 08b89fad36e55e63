import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import type { ForgeEvent } from '../../../src/forge/forge.ts'
import { parse } from '../../../src/forge/gitea/parse.ts'
import { mutated, mutations, outcomeOf } from '../mutated-payload.ts'
import { allExamples, type Example, gitExample, recordedExamples } from './examples.ts'

const zero = '0'.repeat(40)

describe('every delivery', () => {
  it.each(allExamples)('$name is decoded', ({ event, payload }) => {
    expect(summary(parse({ event, payload }, gitExample))).toBe(expectedSummary(event, payload))
  })
})

describe.skipIf(recordedExamples.length === 0)('every delivery that others recorded', () => {
  // Some were shortened by hand, beyond what any server sends.
  const isWhole = ({ event, payload }: Example) =>
    event === 'pull_request'
      ? Object.hasOwn(payload.pull_request as object, 'id')
      : Object.hasOwn(payload.repository as object, 'default_branch')

  it.each(recordedExamples.filter(isWhole))('$name is decoded', ({ event, payload }) => {
    expect(summary(parse({ event, payload }, gitExample))).toBe(expectedSummary(event, payload))
  })
})

describe('a mutated payload', () => {
  it('never makes anything but an event or a payload_invalid', () => {
    fc.assert(
      fc.property(fc.constantFrom(...allExamples), mutations, ({ event, payload }, changes) => {
        const outcome = outcomeOf(() => parse({ event, payload: mutated(payload, changes) }, gitExample))
        if (outcome instanceof KyozoError) expect(outcome.code).toBe('payload_invalid')
        else expect(JSON.stringify(outcome).length).toBeLessThan(5_000)
      }),
      { numRuns: 3_000 },
    )
  })

  it('of any shape at all is survived for every event', () => {
    const events = ['push', 'delete', 'create', 'pull_request', 'pull_request_comment', 'issue_comment', 'issues', 'made_up']
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.anything(), (event, payload) => {
        const outcome = outcomeOf(() => parse({ event, payload }, gitExample))
        if (outcome instanceof KyozoError) expect(outcome.code).toBe('payload_invalid')
      }),
    )
  })
})

function summary(event: ForgeEvent): string {
  switch (event.kind) {
    case 'ignored':
      return 'ignored'
    case 'ping':
      return `ping of ${event.repository?.fullName ?? 'no repository'}`
    case 'pull_request':
      return `pull_request ${event.action} #${event.pullRequest.number}`
    case 'merge_queued':
      return event.kind
    case 'comment':
      return `comment below #${event.pullRequest}: ${event.comment.text}`
    case 'push':
    case 'branch_deleted':
    case 'tag_pushed':
      return `${event.kind} ${event.ref}`
  }
}

const actions: Readonly<Record<string, string>> = {
  opened: 'opened',
  synchronized: 'updated',
  reopened: 'reopened',
  closed: 'closed',
  label_cleared: 'unlabeled',
}

interface Whole {
  readonly action: string
  readonly number: number
  readonly ref: string
  readonly ref_type: string
  readonly before: string
  readonly after: string
  readonly is_pull?: boolean
  readonly issue: { readonly number: number }
  readonly comment?: { readonly body: string }
  readonly changes?: {
    readonly ref?: object
    readonly title?: { readonly from: string }
    readonly added_labels?: readonly unknown[] | null
    readonly removed_labels?: readonly unknown[] | null
  }
  readonly pull_request: { readonly title: string }
  readonly repository: { readonly full_name: string }
}

/** What a person expects, told from the payload without kyozo's parser. */
function expectedSummary(event: string, raw: Readonly<Record<string, unknown>>): string {
  const payload = raw as unknown as Whole
  const { ref, before, after } = payload
  if (event === 'push') {
    if (before === after) return `ping of ${payload.repository.full_name}`
    if (after !== zero) return `${ref.startsWith('refs/tags/') ? 'tag_pushed' : 'push'} ${ref}`
    return ref.startsWith('refs/tags/') ? 'ignored' : `branch_deleted ${ref}`
  }
  if (event === 'delete' && payload.ref_type === 'branch') return `branch_deleted refs/heads/${ref.replace('refs/heads/', '')}`
  if (event === 'pull_request') {
    const action = actions[payload.action] ?? otherAction(payload)
    return action === undefined ? 'ignored' : `pull_request ${action} #${payload.number}`
  }
  if (event === 'issue_comment' && payload.action === 'created' && payload.is_pull && payload.comment?.body.startsWith('/kyozo'))
    return `comment below #${payload.issue.number}: ${payload.comment.body}`
  return 'ignored'
}

function otherAction({ action, changes, pull_request }: Whole): string | undefined {
  if (action === 'label_updated')
    return changes?.added_labels?.length === 0 && changes.removed_labels?.length !== 0 ? 'unlabeled' : 'labeled'
  if (action !== 'edited') return undefined
  if (changes?.ref) return 'retargeted'
  const [was, is] = [changes?.title?.from ?? pull_request.title, pull_request.title].map((title) => title.startsWith('WIP:'))
  return was === is ? undefined : is ? 'drafted' : 'ready'
}

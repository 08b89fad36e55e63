// What GitHub may have against a comment, in words that say who has to do what.
import { describe, expect, it } from 'vitest'
import type { ForgeMessage, SendOutcome } from '../../../src/forge/messages.ts'
import type { Fault } from '../../support/github/state.ts'
import { appClient, github, pull, repository, tokenClient, useScene } from './scene.ts'

useScene()

type Sticky = ForgeMessage & { readonly kind: 'comment' }

const sticky = (text: string, more: Partial<Sticky> = {}): Sticky => ({
  ...{ kind: 'comment', repository: repository(), pullRequest: 1, marker: '<!-- kyozo -->', body: `${text} <!-- kyozo -->` },
  ...more,
})

const onComments: Pick<Fault, 'method' | 'path'> = { method: 'POST', path: /\/issues\/1\/comments/ }

describe('a comment that is refused', () => {
  const cases: [string, Fault['answer'], Partial<SendOutcome>][] = [
    [
      '403 without the permission',
      { kind: 'status', status: 403, body: { message: 'Resource not accessible by personal access token' } },
      {
        kind: 'refused',
        of: 'access',
        reason:
          "GitHub answered 403 (Resource not accessible by personal access token): kyozo's token needs the permission to write pull requests on acme/shop",
      },
    ],
    [
      '403 in a repository that was archived',
      { kind: 'status', status: 403, body: { message: 'Repository was archived so is read-only.' } },
      {
        kind: 'refused',
        of: 'access',
        reason: 'GitHub answered 403 (Repository was archived so is read-only.): somebody has to unarchive acme/shop first',
      },
    ],
    [
      '403 in a conversation that is closed',
      { kind: 'status', status: 403, body: { message: 'Unable to create comment because issue is locked.' } },
      { kind: 'refused', of: 'message', reason: 'GitHub answered 403 (Unable to create comment because issue is locked.)' },
    ],
    [
      '404',
      { kind: 'status', status: 404, body: { message: 'Not Found' } },
      {
        kind: 'refused',
        of: 'access',
        reason: "GitHub answered 404 (Not Found): pull request #1 or its repository is gone, or kyozo's token may not see it (acme/shop)",
      },
    ],
    ['451', { kind: 'status', status: 451, body: { message: 'Repository access blocked' } }, { kind: 'refused', of: 'access' }],
    [
      '422',
      { kind: 'status', status: 422, body: { message: 'Validation Failed', errors: [{ field: 'data', code: 'unprocessable' }] } },
      { kind: 'refused', of: 'message', reason: 'GitHub answered 422 (Validation Failed: data unprocessable)' },
    ],
    [
      '422 for too many',
      { kind: 'status', status: 422, body: { message: 'Validation Failed', errors: [{ message: 'was submitted too quickly' }] } },
      { kind: 'rate_limited', reason: 'GitHub asks kyozo to slow down (Validation Failed: was submitted too quickly)' },
    ],
    [
      '403 for too much content',
      { kind: 'status', status: 403, body: { message: 'You have exceeded a secondary rate limit and have been temporarily blocked' } },
      { kind: 'rate_limited' },
    ],
  ]

  it.each(cases)('(%s) says why, and what to do', async (_, answer, outcome) => {
    github.fault({ ...onComments, answer })
    expect(await tokenClient().send(sticky('live'))).toMatchObject(outcome)
  })

  it('by the real rules of permissions and pull requests is understood as well', async () => {
    expect(await tokenClient({ issues: 'write' }).send(sticky('x'))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('needs the permission to write pull requests'),
    })
    expect(await appClient({ pull_requests: 'read' }).send(sticky('x'))).toMatchObject({
      kind: 'refused',
      of: 'access',
      reason: expect.stringContaining("could not get a token of kyozo's app for acme/shop that may write pull requests"),
    })
    expect(await tokenClient().send(sticky('x', { pullRequest: 99 }))).toMatchObject({ kind: 'refused', of: 'access' })
    pull.lock()
    expect(await tokenClient().send(sticky('x'))).toMatchObject({ kind: 'refused', of: 'message' })
    expect(github.problems()).toEqual([])
  })
})

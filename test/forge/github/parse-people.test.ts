// What people write below pull requests, and what they do with kyozo's app.
import { describe, expect, it } from 'vitest'
import type { ForgeEvent } from '../../../src/forge/forge.ts'
import { parse } from '../../../src/forge/github/parse.ts'
import { exampleOf, githubCom } from './examples.ts'

const helloWorld = {
  id: '186853002',
  fullName: 'Codertocat/Hello-World',
  cloneUrl: 'https://github.com/Codertocat/Hello-World.git',
  defaultBranch: 'master',
  isPrivate: false,
}
describe('a comment', () => {
  interface CommentPayload {
    action: string
    issue: { number: number; pull_request?: unknown }
    comment: { id: number; body: string; user: { id: number; login: string } | null; created_at: string }
  }

  function parseComment(change: (payload: CommentPayload) => void): ForgeEvent {
    const payload = { ...exampleOf('issue_comment'), action: 'created' } as unknown as CommentPayload
    payload.issue = { ...payload.issue, number: 7, pull_request: { url: 'https://api.github.com/x' } }
    payload.comment = { ...payload.comment, id: 99, body: '/kyozo deploy', created_at: '2025-06-01T00:00:00Z' }
    change(payload)
    return parse({ event: 'issue_comment', payload }, githubCom)
  }

  it('below a pull request that begins with /kyozo is told, with who wrote it', () => {
    expect(parseComment(() => undefined)).toEqual({
      kind: 'comment',
      repository: helloWorld,
      pullRequest: 7,
      comment: { id: '99', text: '/kyozo deploy', at: new Date('2025-06-01T00:00:00Z') },
      author: { id: '21031067', login: 'Codertocat' },
    })
  })

  it.each([
    ['\n  /kyozo   deploy web \r\nand some more', '/kyozo   deploy web'],
    ['/kyozo', '/kyozo'],
    ['/kyozo\tdeploy\u0007\u202e \u001b[2Jweb\ud800', '/kyozo deploy [2Jweb\ufffd'],
    [`/kyozo ${'x'.repeat(10_000)}`, `/kyozo ${'x'.repeat(493)}`],
  ])('%j is read as %j', (body, text) => {
    expect(parseComment((payload) => Object.assign(payload.comment, { body }))).toMatchObject({ comment: { text } })
  })

  it.each(['looks good', 'please /kyozo deploy', '> /kyozo deploy', '/kyozodeploy', '`/kyozo deploy`', ''])(
    '%j is nothing to kyozo',
    (body) => {
      expect(parseComment((payload) => Object.assign(payload.comment, { body }))).toEqual({
        kind: 'ignored',
        reason: 'the comment does not begin with /kyozo',
      })
    },
  )

  it('that was edited or deleted, is below an issue, or has lost its author commands nothing', () => {
    const reasonOf = (change: (payload: CommentPayload) => void) => (parseComment(change) as { reason?: string }).reason
    expect(reasonOf((payload) => Object.assign(payload, { action: 'edited' }))).toBe('only a new comment is read')
    expect(reasonOf((payload) => Object.assign(payload, { action: 'deleted' }))).toBe('only a new comment is read')
    expect(reasonOf((payload) => delete payload.issue.pull_request)).toBe('the comment is below an issue, not a pull request')
    expect(reasonOf((payload) => Object.assign(payload.comment, { user: null }))).toBe('the comment does not begin with /kyozo')
  })
})

describe('what people do with the app', () => {
  const reasonOf = (event: string, action: string, change: (payload: Record<string, unknown>) => void = () => undefined) => {
    const payload = exampleOf(event, (candidate) => candidate.action === action)
    change(payload)
    return (parse({ event, payload }, githubCom) as { reason?: string }).reason
  }

  it.each([
    ['installation', 'created', 'the app was installed on Codertocat; a repository is connected with its next push'],
    [
      'installation',
      'deleted',
      'the app was taken off octocat: kyozo can neither fetch from there nor report to it until it is installed again',
    ],
    [
      'installation',
      'suspend',
      'the app was suspended on Codertocat: kyozo can neither fetch from there nor report to it until somebody lifts that',
    ],
    ['installation', 'unsuspend', 'the app is no longer suspended on Codertocat: what was held up there is tried again'],
    ['installation', 'new_permissions_accepted', 'Codertocat accepted what the app asks for: what was refused there is tried again'],
    [
      'installation_repositories',
      'added',
      'the app was given Codertocat/Space of Codertocat; a repository is connected with its next push',
    ],
    [
      'installation_repositories',
      'removed',
      'the app was taken off octocat/Hello-World of octocat: kyozo can neither fetch it nor report to it any more',
    ],
  ])('%s %s is ignored with words that say what it means', (event, action, reason) => {
    expect(reasonOf(event, action)).toBe(reason)
  })

  it('names a few repositories of many, and nobody that there is not', () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ id: index + 1, full_name: `acme/app-${index}` }))
    expect(reasonOf('installation_repositories', 'removed', (payload) => Object.assign(payload, { repositories_removed: many }))).toContain(
      'taken off acme/app-0, acme/app-1, acme/app-2 and 497 more of',
    )
    expect(reasonOf('installation', 'deleted', (payload) => Object.assign(payload, { installation: { account: null } }))).toContain(
      'taken off an account:',
    )
    expect(reasonOf('installation', 'deleted', (payload) => Object.assign(payload, { action: 'constructor' }))).toBe(
      'this change of the app is not something kyozo acts on',
    )
  })
})

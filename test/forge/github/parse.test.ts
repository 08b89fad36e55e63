import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
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
const zero = '0'.repeat(40)
const sha = '6113728f27ae82c7b1a177c8d03f9e96e0adf246'

function parsePush(changes: Record<string, unknown>): ForgeEvent {
  return parse({ event: 'push', payload: { ...exampleOf('push'), ref: 'refs/heads/master', ...changes } }, githubCom)
}

describe('a push', () => {
  it('of a new branch says so and has no commit before it', () => {
    expect(parsePush({ before: zero, after: sha, created: true })).toEqual({
      kind: 'push',
      repository: helloWorld,
      ref: 'refs/heads/master',
      before: null,
      after: sha,
      isForced: false,
      isCreated: true,
      pusher: 'Codertocat',
    })
  })

  it('that rewrites history says so', () => {
    const before = 'f'.repeat(40)
    expect(parsePush({ before, after: sha, created: false, forced: true })).toMatchObject({ kind: 'push', before, isForced: true })
  })

  it('of a repository with SHA-256 objects is read as any other', () => {
    expect(parsePush({ before: '0'.repeat(64), after: 'a'.repeat(64) })).toMatchObject({
      kind: 'push',
      before: null,
      after: 'a'.repeat(64),
    })
  })

  it('that deletes a branch is a deletion, with nothing to fetch', () => {
    expect(parsePush({ before: sha, after: zero, deleted: true })).toEqual({
      kind: 'branch_deleted',
      repository: helloWorld,
      ref: 'refs/heads/master',
      before: sha,
      pusher: 'Codertocat',
    })
  })

  it('of the branch of a merge queue says which pull request is tried, and for which branch', () => {
    const ref = 'refs/heads/gh-readonly-queue/release/2.x/pr-104-929f8c36a9e4d1b1f1c4e6d0a3f2b5c7d8e9f0a1'
    expect(parsePush({ ref, before: zero, after: sha, created: true })).toEqual({
      ...{ kind: 'merge_queued', repository: helloWorld, ref, sha, pullRequest: 104, intoRef: 'refs/heads/release/2.x' },
    })
    expect(parsePush({ ref, before: sha, after: zero, deleted: true })).toMatchObject({ kind: 'branch_deleted' })
    expect(parsePush({ ref: 'refs/heads/gh-readonly-queue/main/pr-104', before: zero, after: sha })).toMatchObject({ kind: 'push' })
  })

  it('of a tag named like the branch is a tag', () => {
    expect(parsePush({ ref: 'refs/tags/master', before: zero, after: sha })).toEqual({
      kind: 'tag_pushed',
      repository: helloWorld,
      ref: 'refs/tags/master',
      after: sha,
      pusher: 'Codertocat',
    })
  })

  it('of anything else is ignored', () => {
    expect(parsePush({ ref: 'refs/notes/commits', after: sha })).toEqual({
      kind: 'ignored',
      reason: 'what was pushed is neither a branch nor a tag',
    })
    expect(parsePush({ ref: 'refs/tags/v1', before: sha, after: zero })).toEqual({
      kind: 'ignored',
      reason: 'a tag was deleted, and kyozo runs branches and pull requests',
    })
  })

  it('is fetched from the host of the connection, whatever address the payload gives', () => {
    for (const clone_url of ['http://169.254.169.254/x', 'ext::sh -c id', 'file:///etc']) {
      const repository = { ...(exampleOf('push').repository as object), clone_url }
      expect(parsePush({ after: sha, repository })).toMatchObject({ repository: { cloneUrl: helloWorld.cloneUrl } })
    }
  })

  it.each([
    ['a branch without its full name', { ref: 'master' }],
    ['a ref with a step upwards', { ref: 'refs/heads/../../config' }],
    ['a ref with a line break', { ref: 'refs/heads/a\nb' }],
    ['a ref that ends in .lock', { ref: 'refs/heads/a.lock' }],
    ['a ref of a million characters', { ref: `refs/heads/${'a'.repeat(1_000_000)}` }],
    ['an abbreviated object id', { after: 'abc123' }],
    ['an option in place of an object id', { after: '--upload-pack=id' }],
    ['a full name with an encoded slash', { repository: { ...helloWorldPayload(), full_name: 'evil/me%2Fapp' } }],
    ['a full name with a step upwards', { repository: { ...helloWorldPayload(), full_name: '../etc' } }],
    ['a full name with three parts', { repository: { ...helloWorldPayload(), full_name: 'a/b/c' } }],
    ['a repository id that is text', { repository: { ...helloWorldPayload(), id: '1' } }],
    ['no repository', { repository: undefined }],
  ])('with %s is refused in words that repeat no value', (_, changes) => {
    const failure = failureOf(() => parsePush({ after: sha, ...changes }))
    expect(failure.code).toBe('payload_invalid')
    expect(failure.message).toMatch(/^this push payload cannot be read: (ref|after|repository[.a-z_]*): /)
    expect(failure.message.length).toBeLessThan(200)
  })

  it('keeps shell words in a branch name as they are, since no shell ever sees them', () => {
    expect(parsePush({ ref: 'refs/heads/$(id);`id`', after: sha })).toMatchObject({ ref: 'refs/heads/$(id);`id`' })
  })
})

function helloWorldPayload(): object {
  return exampleOf('push').repository as object
}

function failureOf(act: () => ForgeEvent): KyozoError {
  try {
    act()
  } catch (error) {
    if (error instanceof KyozoError) return error
    throw error
  }
  throw new Error('it was accepted')
}

import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import { reasonToIgnore } from '../../../src/forge/forge.ts'
import { parse } from '../../../src/forge/gitlab/parse.ts'
import { exampleOf, gitlabCom } from './examples.ts'

type Fields = Record<string, unknown>

const zero = '0'.repeat(40)
const sha = '16862e368d8ab812e48833b741dad720d6e2cb7f'

const woodpecker = {
  id: '2',
  fullName: 'test/woodpecker',
  cloneUrl: 'https://gitlab.com/test/woodpecker.git',
  defaultBranch: 'develop',
  isPrivate: false,
}

function parsePush(changes: Fields, event = 'Push Hook') {
  return parse({ event, payload: { ...exampleOf('push'), ...changes } }, gitlabCom)
}

function withProject(changes: Fields) {
  return { project: { ...(exampleOf('push').project as Fields), ...changes } }
}

describe('a push', () => {
  it('to a branch says what it points at now and what it did before', () => {
    expect(parsePush({})).toEqual({
      kind: 'push',
      repository: woodpecker,
      ref: 'refs/heads/main',
      before: 'ffe8eb4f91d1fe6bc49f1e610e50e4b5767f0104',
      after: sha,
      isForced: false,
      isCreated: false,
      pusher: 'test',
    })
  })

  it('of a new branch has no commit before it, and of a deleted one nothing to fetch', () => {
    expect(parsePush({ before: zero })).toMatchObject({ kind: 'push', before: null, isCreated: true })
    expect(parsePush({ before: sha, after: zero, checkout_sha: null })).toEqual({
      kind: 'branch_deleted',
      repository: woodpecker,
      ref: 'refs/heads/main',
      before: sha,
      pusher: 'test',
    })
  })

  it('of a tag named like a branch is a tag, and one with a text of its own leads to its commit', () => {
    const tag = parse({ event: 'Tag Push Hook', payload: exampleOf('tag-push') }, gitlabCom)
    expect(tag).toMatchObject({ kind: 'tag_pushed', ref: 'refs/tags/v22', after: sha })
    expect(reasonToIgnore(tag)).toBe('refs/tags/v22 is a tag, and kyozo runs branches and pull requests')
    expect(parsePush({ ref: 'refs/tags/main' }, 'Tag Push Hook')).toMatchObject({ kind: 'tag_pushed', ref: 'refs/tags/main' })
  })

  it('of a project in groups in groups is known by its whole path', () => {
    const path = 'group1/group2/group3/grp2repo'
    const deleted = parse({ event: 'Push Hook', payload: exampleOf('branch-deleted-in-subgroup') }, gitlabCom)
    expect(deleted).toMatchObject({
      repository: { id: '4861503', fullName: path, cloneUrl: `https://gitlab.com/${path}.git`, isPrivate: true },
    })
  })

  it.each([
    [0, true],
    [10, true],
    [20, false],
  ])('of a project whose visibility is %d counts as private: %s', (visibility_level, isPrivate) => {
    expect(parsePush(withProject({ visibility_level }))).toMatchObject({ repository: { isPrivate } })
  })

  it.each([null, '', undefined])('of a project whose default branch is %j takes main for it', (default_branch) => {
    expect(parsePush(withProject({ default_branch }))).toMatchObject({ repository: { defaultBranch: 'main' } })
  })

  it('is fetched from the host of the connection, whatever address the payload gives', () => {
    for (const git_http_url of ['http://169.254.169.254/x', 'ext::sh -c id', 'file:///etc'])
      expect(parsePush(withProject({ git_http_url, http_url: git_http_url, url: git_http_url }))).toMatchObject({ repository: woodpecker })
  })

  it.each([
    ['a branch without its full name', { ref: 'main' }],
    ['a ref with a step upwards', { ref: 'refs/heads/../../config' }],
    ['an option in place of an object id', { after: '--upload-pack=id' }],
    ['a path with a step upwards', withProject({ path_with_namespace: 'a/../../etc' })],
    ['a path that is a page', withProject({ path_with_namespace: 'a/b/-/tree' })],
    ['a path with an encoded slash', withProject({ path_with_namespace: 'a%2fb/c' })],
    ['a project id that is text', withProject({ id: '2' })],
    ['no project', { project: undefined }],
  ])('with %s is refused in words that repeat no value', (_, changes) => {
    const failure = failureOf(() => parsePush(changes))
    expect(failure.code).toBe('payload_invalid')
    expect(failure.message).toMatch(/^this Push Hook payload cannot be read: (ref|after|project[.a-z_]*): /)
    expect(failure.message.length).toBeLessThan(200)
  })
})

function parseMerge(change: (attributes: Fields, payload: Fields) => void, name = 'merge-request-pushed') {
  const payload = exampleOf(name)
  change(payload.object_attributes as Fields, payload)
  return parse({ event: 'Merge Request Hook', payload }, gitlabCom)
}

describe('a merge request', () => {
  it('carries its head, its base and whose it is', () => {
    expect(parseMerge(() => undefined)).toEqual({
      kind: 'pull_request',
      repository: {
        id: '32059612',
        fullName: 'anbraten/woodpecker',
        cloneUrl: 'https://gitlab.com/anbraten/woodpecker.git',
        defaultBranch: 'main',
        isPrivate: false,
      },
      action: 'updated',
      pullRequest: {
        number: 3,
        id: '134400602',
        state: 'open',
        title: 'Update client.go 🎉',
        url: 'https://gitlab.com/anbraten/woodpecker/-/merge_requests/3',
        ref: 'refs/merge-requests/3/head',
        headSha: 'c136499ec574e1034b24c5d306de9acda3005367',
        headRef: 'refs/heads/anbraten-main-patch-05373',
        baseRef: 'refs/heads/main',
        isFork: false,
        isDraft: false,
        author: 'anbraten',
        labels: [],
        updatedAt: new Date('2022-01-17T15:47:39Z'),
      },
      sender: { id: '2251488', login: 'anbraten' },
      changedLabels: [],
    })
  })

  const quiet = 'merge-request-without-changes'
  const change = (changes: Fields) => (_: Fields, payload: Fields) => {
    payload.changes = changes
  }
  const titles = (...names: string[]) => names.map((title) => ({ id: 1, title }))

  it.each([
    ['another base', { target_branch: { previous: 'main', current: 'next' } }, 'retargeted'],
    ['the mark of a draft', { draft: { previous: false, current: true }, title: { previous: 'a', current: 'Draft: a' } }, 'drafted'],
    ['no mark of a draft any more', { draft: { previous: true, current: false } }, 'ready'],
  ])('that gets %s says so', (_, changes, action) => {
    expect(parseMerge(change(changes), quiet)).toMatchObject({ kind: 'pull_request', action })
  })

  it.each([
    ['put on', [], ['a', 'b'], 'labeled', ['a', 'b']],
    ['taken off', ['a', 'b'], ['b'], 'unlabeled', ['a']],
    ['changed for another', ['a'], ['b'], 'labeled', ['b']],
  ])('whose label is %s names what changed', (_, before, after, action, changedLabels) => {
    const labels = { previous: titles(...before), current: titles(...after) }
    expect(parseMerge(change({ labels }), quiet)).toMatchObject({ action, changedLabels })
  })

  it.each([
    ['words', { title: { previous: 'a', current: 'b' }, description: { previous: '', current: 'x' } }],
    ['nothing', {}],
    ['labels that are the same', { labels: { previous: titles('a'), current: titles('a') } }],
    ['null', null],
  ])('of which %s changed alters nothing that runs', (_, changes) => {
    const event = parseMerge((_attributes, payload) => {
      payload.changes = changes
    }, quiet)
    expect(event).toEqual({ kind: 'ignored', reason: 'this change of merge request !3 alters nothing that runs' })
  })

  it.each(['approved', 'unapproved', 'approval', 'constructor', '__proto__'])('action %s is ignored', (action) => {
    expect(parseMerge((attributes) => Object.assign(attributes, { action }))).toMatchObject({ kind: 'ignored' })
  })

  it('from another project, or from one that is gone, is a fork even when its branch is called main', () => {
    const from = (source_project_id: number | null) =>
      parseMerge((attributes) => Object.assign(attributes, { source_project_id, source_branch: 'main' }))
    expect(from(99)).toMatchObject({ pullRequest: { isFork: true, headRef: 'refs/heads/main' } })
    expect(from(null)).toMatchObject({ pullRequest: { isFork: true } })
  })

  it('that somebody else changed names its author by the id that GitLab gives, and of long ago has a sender without one', () => {
    expect(parseMerge(() => undefined, 'merge-request-reopened')).toMatchObject({
      sender: { id: '4575606', login: 'real6543' },
      pullRequest: { author: 'user 29352663' },
    })
    expect(parseMerge(() => undefined, 'merge-request-opened-in-subgroup')).toMatchObject({ sender: { id: '0', login: 'sytses' } })
  })

  it('without a commit can still be closed', () => {
    const event = parseMerge((attributes) => Object.assign(attributes, { last_commit: null }), 'merge-request-closed')
    expect(event).toMatchObject({ action: 'closed', pullRequest: { state: 'closed', headSha: zero } })
  })

  it('that is merged is closed and merged', () => {
    expect(parseMerge(() => undefined, 'merge-request-merged')).toMatchObject({ action: 'closed', pullRequest: { state: 'merged' } })
  })

  it('that GitLab sends for a test, or for another project, is ignored with the reason', () => {
    expect(parseMerge((attributes) => delete attributes.action)).toEqual({
      kind: 'ignored',
      reason: 'a merge request to which nothing happened, as GitLab sends it for a test',
    })
    expect(parseMerge((attributes) => Object.assign(attributes, { target_project_id: 5 }))).toEqual({
      kind: 'ignored',
      reason: 'the merge request is one of another project',
    })
  })

  it('with a hostile title is one line of a bounded length', () => {
    const title = `<img src=x onerror=alert(1)>\n\u202e${'x'.repeat(10_000)}`
    const event = parseMerge((attributes) => Object.assign(attributes, { title }))
    expect(event).toMatchObject({ pullRequest: { title: expect.stringMatching(/^<img src=x onerror=alert\(1\)>x{100,200}$/) } })
  })
})

function parseNote(changes: Fields, more: Fields = {}) {
  const payload = exampleOf('comment-in-subgroup')
  Object.assign(payload.object_attributes as Fields, changes)
  return parse({ event: 'Note Hook', payload: { ...payload, ...more } }, gitlabCom)
}

describe('a comment', () => {
  it('below a merge request that begins with /kyozo is told with who wrote it', () => {
    expect(parseNote({ note: ' /kyozo deploy \r\nplease' })).toEqual({
      kind: 'comment',
      repository: expect.objectContaining({ id: '4861503' }),
      pullRequest: 1,
      comment: { id: '50772616', text: '/kyozo deploy', at: new Date('2017-12-10T17:05:14Z') },
      author: { id: '51764', login: 'sytses' },
    })
    expect(parseNote({ note: '/kyozo deploy', action: 'create' })).toMatchObject({ kind: 'comment' })
  })

  it.each([
    ['that was edited', { note: '/kyozo deploy', action: 'update' }, 'only a new comment is read'],
    ['that says something else', { note: 'please /kyozo deploy' }, 'the comment does not begin with /kyozo'],
    ['that GitLab wrote itself', { note: '/kyozo deploy', system: true }, 'the comment does not begin with /kyozo'],
    ['below a commit', { note: '/kyozo deploy', noteable_type: 'Commit' }, 'the comment is not below a merge request'],
  ])('%s is ignored', (_, changes, reason) => {
    expect(parseNote(changes)).toEqual({ kind: 'ignored', reason })
  })
})

describe('another event', () => {
  it.each([
    ['Pipeline Hook', 'pipeline events are not something kyozo acts on'],
    ['Confidential Note Hook', 'confidential note events are not something kyozo acts on'],
    ['Unheard Of Hook', 'kyozo does not know unheard of events'],
    ['System Hook', 'a system hook tells of the whole GitLab; add the webhook to the project or to its group'],
  ])('%s is ignored whatever is in it', (event, reason) => {
    expect(parse({ event, payload: exampleOf('push') }, gitlabCom)).toEqual({ kind: 'ignored', reason })
  })
})

function failureOf(act: () => unknown): KyozoError {
  try {
    act()
  } catch (error) {
    if (error instanceof KyozoError) return error
    throw error
  }
  throw new Error('it was accepted')
}

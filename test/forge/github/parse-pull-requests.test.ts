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
const sha = '6113728f27ae82c7b1a177c8d03f9e96e0adf246'

function parsePull(action: string, change: (payload: PullRequestPayload) => void = () => undefined): ForgeEvent {
  const payload = { ...exampleOf('pull_request'), action } as unknown as PullRequestPayload
  change(payload)
  return parse({ event: 'pull_request', payload }, githubCom)
}

interface PullRequestPayload {
  changes?: unknown
  label?: { name: string }
  sender: { id: number; login: string }
  pull_request: {
    title: string
    state: string
    draft: boolean
    updated_at: string
    head: { ref: string; repo: { id: number } | null }
    user: { login: string } | null
    merged: boolean
    labels: { name: string }[]
  }
}

describe('a pull request', () => {
  it('that is opened carries what it is, what it is called, whose it is and who did it', () => {
    expect(parsePull('opened')).toEqual({
      kind: 'pull_request',
      repository: helloWorld,
      action: 'opened',
      pullRequest: {
        number: 2,
        id: '279147437',
        state: 'open',
        title: 'Update the README with new information.',
        url: 'https://github.com/Codertocat/Hello-World/pull/2',
        ref: 'refs/pull/2/head',
        headSha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
        headRef: 'refs/heads/changes',
        baseRef: 'refs/heads/master',
        isFork: false,
        isDraft: false,
        author: 'Codertocat',
        labels: [],
        updatedAt: new Date('2019-05-15T15:20:33Z'),
      },
      sender: { id: '21031067', login: 'Codertocat' },
      changedLabels: [],
    })
  })

  it.each([
    ['synchronize', 'updated'],
    ['reopened', 'reopened'],
    ['ready_for_review', 'ready'],
    ['converted_to_draft', 'drafted'],
    ['closed', 'closed'],
    ['labeled', 'labeled'],
    ['unlabeled', 'unlabeled'],
  ])('action %s is %s', (action, expected) => {
    expect(parsePull(action)).toMatchObject({ kind: 'pull_request', action: expected })
  })

  it('that gets a label, or loses one, says which, and which it has now', () => {
    const label = (payload: PullRequestPayload) => {
      payload.label = { name: 'kyozo:preview' }
      payload.pull_request.labels = [{ name: 'bug' }, { name: 'kyozo:preview' }]
    }
    expect(parsePull('labeled', label)).toMatchObject({
      changedLabels: ['kyozo:preview'],
      pullRequest: { labels: ['bug', 'kyozo:preview'] },
    })
    expect(parsePull('unlabeled', label)).toMatchObject({ changedLabels: ['kyozo:preview'] })
    expect(parsePull('opened', label)).toMatchObject({ changedLabels: [] })
    // Deleting a label takes it off everywhere, and GitHub does not always say which it was.
    const nameless = parsePull('unlabeled', (payload) => delete (payload as { label?: unknown }).label)
    expect(nameless).toMatchObject({ action: 'unlabeled', changedLabels: [] })
  })

  it('that is closed says whether it was merged', () => {
    const closed = (merged: boolean) => parsePull('closed', (payload) => Object.assign(payload.pull_request, { merged, state: 'closed' }))
    expect(closed(true)).toMatchObject({ pullRequest: { state: 'merged' } })
    expect(closed(false)).toMatchObject({ pullRequest: { state: 'closed' } })
  })

  it('that is edited matters only when it gets another base', () => {
    const retargeted = parsePull('edited', (payload) => {
      payload.changes = { base: { ref: { from: 'main' }, sha: { from: sha } } }
    })
    expect(retargeted).toMatchObject({ kind: 'pull_request', action: 'retargeted' })
    const retitled = parsePull('edited', (payload) => {
      payload.changes = { title: { from: 'x' } }
    })
    expect(retitled).toEqual({ kind: 'ignored', reason: 'this change of pull request #2 alters nothing that runs' })
  })

  it.each(['assigned', 'constructor', '__proto__', 'toString'])('action %s is ignored', (action) => {
    expect(parsePull(action)).toEqual({ kind: 'ignored', reason: 'this change of pull request #2 alters nothing that runs' })
  })

  it('from another repository, or from one that is gone, is a fork even when its branch is called main', () => {
    const fromFork = parsePull('opened', (payload) => {
      payload.pull_request.head = { ...payload.pull_request.head, ref: 'main', repo: { id: 99 } }
    })
    expect(fromFork).toMatchObject({ pullRequest: { isFork: true, headRef: 'refs/heads/main' } })
    const fromNowhere = parsePull('synchronize', (payload) => {
      payload.pull_request.head.repo = null
      payload.pull_request.user = null
    })
    expect(fromNowhere).toMatchObject({ pullRequest: { isFork: true, author: 'ghost' } })
  })

  it('from a branch whose name Git allows, however odd, is read', () => {
    for (const ref of ['dotted./name', '$(id)', '-x', 'ü/🚀', '@'])
      expect(parsePull('opened', (payload) => Object.assign(payload.pull_request.head, { ref }))).toMatchObject({
        pullRequest: { headRef: `refs/heads/${ref}` },
      })
  })

  it('with a hostile title or label keeps it to one line of text of a bounded length', () => {
    const event = parsePull('labeled', (payload) => {
      payload.pull_request.title = `<img src=x onerror=alert(1)>\u0000\u202e\n@everyone ](javascript:x) ${'x'.repeat(10_000)}`
      payload.label = { name: `\u0007evil\ud800${'y'.repeat(10_000)}` }
      payload.pull_request.labels = Array.from({ length: 1_000 }, (_, index) => ({ name: `label ${index}\u001b[2J` }))
    })
    if (event.kind !== 'pull_request') throw new Error('it was ignored')
    const { title, labels } = event.pullRequest
    expect(title).toMatch(/^<img src=x onerror=alert\(1\)>@everyone \]\(javascript:x\) x+$/)
    expect(title.length).toBeLessThanOrEqual(200)
    expect([labels.length, labels[0]]).toEqual([100, 'label 0[2J'])
    expect(event.changedLabels).toEqual([expect.stringMatching(/^evil\ufffdy+$/)])
    expect(event.changedLabels[0]!.length).toBeLessThanOrEqual(200)
  })

  it('of which the host says nothing sensible about time has none', () => {
    const event = parsePull('opened', (payload) => Object.assign(payload.pull_request, { updated_at: 'yesterday' }))
    expect(event).toMatchObject({ pullRequest: { updatedAt: null } })
  })
})

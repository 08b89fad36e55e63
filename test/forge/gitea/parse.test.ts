import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import type { ForgeEvent } from '../../../src/forge/forge.ts'
import { parse } from '../../../src/forge/gitea/parse.ts'
import { exampleOf, gitExample } from './examples.ts'

const zero = '0'.repeat(40)
const shop = (payload: unknown) => ({
  id: String((payload as { repository: { id: number } }).repository.id),
  fullName: 'acme/shop',
  cloneUrl: 'https://git.example/acme/shop.git',
  defaultBranch: 'main',
  isPrivate: true,
})

function parsePush(changes: Record<string, unknown> = {}): ForgeEvent {
  return parse({ event: 'push', payload: { ...exampleOf('push'), ...changes } }, gitExample)
}

interface PullRequestPayload {
  action: string
  changes?: unknown
  sender: { id: number; login: string }
  pull_request: {
    title: string
    draft?: boolean
    user: { login: string } | null
    head: { ref: string; label: string; sha: string; repo_id: number; repo: { id: number } | null }
  }
}

function parsePull(name: string, change: (payload: PullRequestPayload) => void = () => undefined): ForgeEvent {
  const payload = exampleOf(name) as unknown as PullRequestPayload
  change(payload)
  return parse({ event: 'pull_request', payload }, gitExample)
}

describe('a push', () => {
  it('says what moved, and never that history was rewritten, since Gitea does not', () => {
    const payload = exampleOf('push')
    expect(parsePush()).toEqual({
      kind: 'push',
      repository: shop(payload),
      ref: 'refs/heads/main',
      before: payload.before,
      after: payload.after,
      isForced: false,
      isCreated: false,
      pusher: 'mona',
    })
  })

  it('of a new branch says so and has no commit before it', () => {
    const event = parse({ event: 'push', payload: exampleOf('push-new-branch') }, gitExample)
    expect(event).toMatchObject({ kind: 'push', ref: 'refs/heads/main', before: null, isCreated: true })
  })

  it('of the newest commit to where it is is somebody trying the webhook out', () => {
    expect(parse({ event: 'push', payload: exampleOf('push-test') }, gitExample)).toEqual({
      kind: 'ping',
      repository: shop(exampleOf('push-test')),
    })
    expect(parsePush({ before: zero, after: zero })).toMatchObject({ kind: 'ping' })
  })

  it('of a repository with SHA-256 objects is read as any other', () => {
    expect(parsePush({ before: '0'.repeat(64), after: 'a'.repeat(64) })).toMatchObject({ before: null, after: 'a'.repeat(64) })
  })

  it('of a tag named like the branch is a tag, and one that goes is ignored', () => {
    expect(parsePush({ ref: 'refs/tags/main', before: zero })).toMatchObject({ kind: 'tag_pushed', ref: 'refs/tags/main', pusher: 'mona' })
    const gone = parse({ event: 'push', payload: exampleOf('push-tag-deleted') }, gitExample)
    expect(gone).toEqual({ kind: 'ignored', reason: 'a tag was deleted, and kyozo runs branches and pull requests' })
  })

  it('of anything else is ignored', () => {
    const reason = 'what was pushed is neither a branch nor a tag'
    expect(parsePush({ ref: 'refs/notes/commits' })).toEqual({ kind: 'ignored', reason })
  })

  it('is fetched from the host of the connection, whatever address the payload gives', () => {
    for (const clone_url of ['http://169.254.169.254/x', 'ext::sh -c id', 'file:///etc']) {
      const repository = { ...(exampleOf('push').repository as object), clone_url }
      expect(parsePush({ repository })).toMatchObject({ repository: { cloneUrl: 'https://git.example/acme/shop.git' } })
    }
  })

  it.each([
    ['a branch without its full name', { ref: 'main' }],
    ['a ref with a step upwards', { ref: 'refs/heads/../../config' }],
    ['a ref with a line break', { ref: 'refs/heads/a\nb' }],
    ['a ref of a million characters', { ref: `refs/heads/${'a'.repeat(1_000_000)}` }],
    ['an abbreviated object id', { after: 'abc123' }],
    ['an option in place of an object id', { after: '--upload-pack=id' }],
    ['a full name with an encoded slash', { repository: { ...repositoryPart(), full_name: 'evil/me%2Fapp' } }],
    ['a full name with a step upwards', { repository: { ...repositoryPart(), full_name: '../etc' } }],
    ['a repository id that is text', { repository: { ...repositoryPart(), id: '1' } }],
    ['no repository', { repository: undefined }],
  ])('with %s is refused in words that repeat no value', (_, changes) => {
    const failure = failureOf(() => parsePush(changes))
    expect(failure.code).toBe('payload_invalid')
    expect(failure.message).toMatch(/^this push payload cannot be read: (ref|after|repository[.a-z_]*): /)
    expect(failure.message.length).toBeLessThan(200)
  })
})

describe('a branch that goes', () => {
  it.each([
    ['Gitea gives its name', 'delete-branch'],
    ['Forgejo gives its full ref', 'forgejo-delete-branch'],
  ])('is told by a deletion, in which %s', (_, name) => {
    const payload = exampleOf(name)
    expect(parse({ event: 'delete', payload }, gitExample)).toEqual({
      kind: 'branch_deleted',
      repository: shop(payload),
      ref: 'refs/heads/feature/old',
      before: null,
      pusher: 'acme',
    })
  })

  it('was told by a push of older servers', () => {
    expect(parsePush({ after: zero })).toMatchObject({ kind: 'branch_deleted', before: exampleOf('push').before, pusher: 'mona' })
  })

  it('is ignored when it is a tag or no branch at all', () => {
    const reasonOf = (changes: object) => parse({ event: 'delete', payload: { ...exampleOf('delete-branch'), ...changes } }, gitExample)
    expect(reasonOf({ ref_type: 'tag' })).toMatchObject({ kind: 'ignored', reason: expect.stringContaining('a tag was deleted') })
    expect(reasonOf({ ref: '../../x' })).toEqual({ kind: 'ignored', reason: 'what was deleted is not a branch by its name' })
  })
})

describe('a pull request', () => {
  it('that is opened carries its head, its base and whose it is', () => {
    const payload = exampleOf('pull-request-opened') as { pull_request: { id: number; head: { sha: string } }; sender: { id: number } }
    expect(parsePull('pull-request-opened')).toEqual({
      kind: 'pull_request',
      repository: shop(payload),
      action: 'opened',
      pullRequest: {
        number: 1,
        id: String(payload.pull_request.id),
        state: 'open',
        title: 'Add a cart',
        url: 'https://git.example/acme/shop/pulls/1',
        ref: 'refs/pull/1/head',
        headSha: payload.pull_request.head.sha,
        headRef: 'refs/heads/feature/cart',
        baseRef: 'refs/heads/main',
        isFork: false,
        isDraft: false,
        author: 'mona',
        labels: [],
        updatedAt: expect.any(Date),
      },
      sender: { id: String(payload.sender.id), login: 'mona' },
      changedLabels: [],
    })
  })

  it.each([
    ['pull-request-synchronized', 'updated', 'open'],
    ['pull-request-reopened', 'reopened', 'open'],
    ['pull-request-closed', 'closed', 'closed'],
    ['pull-request-merged', 'closed', 'merged'],
    ['pull-request-retargeted', 'retargeted', 'open'],
    ['pull-request-drafted', 'drafted', 'open'],
    ['pull-request-ready', 'ready', 'open'],
  ])('%s is %s', (name, action, state) => {
    expect(parsePull(name)).toMatchObject({ kind: 'pull_request', action, pullRequest: { state } })
  })

  it.each(['pull-request-retitled', 'pull-request-assigned'])('%s alters nothing that runs', (name) => {
    expect(parsePull(name)).toEqual({ kind: 'ignored', reason: 'this change of pull request #1 alters nothing that runs' })
  })

  it.each(['constructor', '__proto__', 'toString', 'review_requested'])('action %s is ignored', (action) => {
    const event = parsePull('pull-request-opened', (payload) => {
      payload.action = action
    })
    expect(event).toMatchObject({ kind: 'ignored' })
  })

  it('of an older server is a draft by its title', () => {
    const drafted = parsePull('pull-request-drafted', (payload) => {
      delete payload.pull_request.draft
    })
    expect(drafted).toMatchObject({ action: 'drafted', pullRequest: { isDraft: true } })
  })

  it('says which labels changed where the host does', () => {
    expect(parsePull('pull-request-labeled')).toMatchObject({ action: 'labeled', changedLabels: ['preview', 'bug'] })
    expect(parsePull('pull-request-labels-changed')).toMatchObject({
      action: 'unlabeled',
      changedLabels: ['preview'],
      pullRequest: { labels: ['bug'] },
    })
  })

  it('does not guess which labels changed where the host does not say, since a label may be an approval', () => {
    for (const name of ['1.20-pull-request-labeled', 'forgejo-pull-request-labeled'])
      expect(parsePull(name)).toMatchObject({ action: 'labeled', changedLabels: [], pullRequest: { labels: ['preview', 'bug'] } })
  })

  it('whose labels were all taken off has none, although the payload still shows them', () => {
    for (const name of ['pull-request-labels-cleared', '1.20-pull-request-labels-cleared']) {
      expect((exampleOf(name).pull_request as { labels: unknown[] }).labels).not.toEqual([])
      expect(parsePull(name)).toMatchObject({
        action: 'unlabeled',
        changedLabels: expect.arrayContaining(['bug']),
        pullRequest: { labels: [] },
      })
    }
  })

  it('from another repository, or from one that is gone, is a fork even when its branch is called main', () => {
    expect(parsePull('pull-request-from-fork')).toMatchObject({ pullRequest: { isFork: true, headRef: 'refs/heads/main', author: 'eve' } })
    expect(parsePull('pull-request-closed-fork-gone')).toMatchObject({
      action: 'closed',
      pullRequest: { isFork: true, headRef: 'refs/heads/main' },
    })
  })

  it('that was pushed to refs/for is a fork, although Gitea calls it one of the repository: whoever may read can push there', () => {
    const payload = exampleOf('pull-request-from-refs-for') as unknown as PullRequestPayload & { repository: { id: number } }
    expect(payload.pull_request.head.repo_id).toBe(payload.repository.id)
    expect(parsePull('pull-request-from-refs-for')).toMatchObject({ pullRequest: { isFork: true, headRef: 'refs/pull/3/head' } })
  })

  it('whose branch is gone is not trusted any more, and keeps the name of its branch', () => {
    expect(parsePull('pull-request-closed-branch-gone')).toMatchObject({
      action: 'closed',
      pullRequest: { isFork: true, headRef: 'refs/heads/gone' },
    })
  })

  it('of somebody who left, by something that is nobody, is read', () => {
    const event = parsePull('pull-request-opened', (payload) => {
      payload.pull_request.user = null
      payload.sender = { id: -2, login: 'gitea-actions' }
    })
    expect(event).toMatchObject({ pullRequest: { author: 'ghost' }, sender: { id: '-2', login: 'gitea-actions' } })
  })

  it('whose head Gitea has lost can be closed, and nothing else', () => {
    const lose = (payload: PullRequestPayload) => {
      payload.pull_request.head.sha = ''
    }
    expect(parsePull('pull-request-closed', lose)).toMatchObject({ action: 'closed', pullRequest: { headSha: zero } })
    expect(parsePull('pull-request-opened', lose)).toEqual({ kind: 'ignored', reason: 'Gitea does not say what pull request #1 holds' })
  })

  it('with a hostile title is read, the title as one line of a bounded length', () => {
    const event = parsePull('pull-request-opened', (payload) => {
      payload.pull_request.title = `<img src=x>\n@everyone ${'x'.repeat(10_000)}`
    })
    expect(event.kind === 'pull_request' && event.pullRequest.title).toMatch(/^<img src=x>@everyone x{150,180}$/)
  })
})

describe('a comment', () => {
  it.each(['comment-on-pull-request', 'forgejo-comment-on-pull-request'])(
    'below a pull request that speaks to kyozo is told: %s',
    (name) => {
      const payload = exampleOf(name) as { comment: { id: number; user: { id: number } } }
      const comment = { id: String(payload.comment.id), text: '/kyozo deploy', at: expect.any(Date) }
      const event = { kind: 'comment', pullRequest: 1, comment, author: { id: String(payload.comment.user.id), login: 'mona' } }
      expect(parse({ event: 'issue_comment', payload }, gitExample)).toEqual({ ...event, repository: shop(payload) })
      // By the type of the event, which some servers may come to send in its place.
      expect(parse({ event: 'pull_request_comment', payload }, gitExample)).toMatchObject(event)
    },
  )

  const reasonOf = (changes: object) =>
    parse({ event: 'issue_comment', payload: { ...exampleOf('comment-on-pull-request'), ...changes } }, gitExample)

  it('that does not, is changed afterwards, or stands below an issue is ignored', () => {
    const said = parse({ event: 'issue_comment', payload: exampleOf('comment-without-command') }, gitExample)
    expect(said).toEqual({ kind: 'ignored', reason: 'the comment does not begin with /kyozo' })
    expect(reasonOf({ action: 'edited' })).toEqual({ kind: 'ignored', reason: 'only a new comment is read' })
    const issue = { kind: 'ignored', reason: 'the comment is below an issue, not a pull request' }
    expect(reasonOf({ is_pull: false })).toEqual(issue)
    expect(reasonOf({ is_pull: undefined, issue: { number: 1, pull_request: null } })).toEqual(issue)
  })

  it('in a review commands nothing', () => {
    expect(parse({ event: 'pull_request_comment', payload: exampleOf('pull-request-review') }, gitExample)).toEqual({
      kind: 'ignored',
      reason: 'a review is not read for commands; write a comment of its own',
    })
  })
})

describe('another event', () => {
  it.each([
    ['create', 'Gitea sends a push with every created branch, and kyozo acts on that'],
    ['workflow_run', 'workflow run events are not something kyozo acts on'],
    ['constructor', 'kyozo does not know constructor events'],
  ])('%s is ignored with a reason', (event, reason) => {
    expect(parse({ event, payload: {} }, gitExample)).toEqual({ kind: 'ignored', reason })
  })
})

function repositoryPart(): object {
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

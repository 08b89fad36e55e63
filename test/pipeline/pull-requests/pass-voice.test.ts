// Several open pull requests with one head: what stands beside that commit is of one of them, whatever becomes of the others.
import { expect, it } from 'vitest'
import type { ForgePullRequest } from '../../../src/forge/pull-requests.ts'
import { hearOfPullRequest } from '../../../src/pipeline/pull-requests/hear.ts'
import { tellPullRequest } from '../../../src/pipeline/pull-requests/tell.ts'
import { reportRelease } from '../../../src/pipeline/report.ts'
import { putEnvironment } from '../../../src/store/environments.ts'
import { changePullRequest, findPullRequest, type PullRequest } from '../../../src/store/pull-requests.ts'
import { queueRelease, type ReleaseVerdict, saveVerdicts } from '../../../src/store/releases.ts'
import type { StoredReview } from '../../../src/store/tables/previews.ts'
import { createWorkspace } from '../../../src/store/workspaces.ts'
import { shaOf, team } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'
import { toldBeside } from '../beside.ts'

const { db } = await testDatabase()
const baseUrl = 'https://kyozo.example'
const [head, next] = [shaOf('a'), shaOf('b')]
let repositories = 0

async function shop() {
  const repositoryId = String(++repositories)
  const name = `shop-${repositoryId}`
  const workspace = await createWorkspace(db, {
    ...{ teamId: await team(db), name, forge: 'github', connection: 'main', repositoryId, repositoryName: `mona/${name}` },
    ...{ repositoryUrl: `https://github.com/mona/${name}.git`, defaultBranch: 'main' },
  })
  let second = 0
  const said = (number: number, more: Partial<ForgePullRequest>): ForgePullRequest => ({
    ...{ number, id: `${repositoryId}-${number}`, state: 'open', title: 'Idea', url: `https://github.com/p/${number}`, author: 'ada' },
    ...{ ref: `refs/pull/${number}/head`, headSha: head, headRef: 'refs/heads/idea', baseRef: 'refs/heads/main' },
    ...{ isFork: false, isDraft: false, labels: [], updatedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second++)) },
    ...more,
  })
  const hear = async (number: number, more: Partial<ForgePullRequest> = {}) =>
    (await hearOfPullRequest(db, { workspace, said: said(number, more) }, baseUrl)).pullRequest
  const tell = (pullRequest: PullRequest) => tellPullRequest(db, { workspace, pullRequestId: pullRequest.id }, baseUrl)

  /** A release of its head ends. */
  async function released(known: PullRequest, state: 'live' | 'failed', verdicts: readonly ReleaseVerdict[] = []) {
    const { number } = known
    const environment = await putEnvironment(db, workspace, {
      ...{ name: `pr-${number}`, ref: `refs/pull/${number}/head`, preview: { pullRequest: number, trust: 'preview' } },
    })
    await changePullRequest(db, known.id, { environmentId: environment.id })
    const { headSha } = (await findPullRequest(db, known.id))!
    const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref }
    const { release } = await queueRelease(db, { ...place, sha: headSha, triggeredBy: 'ada', triggeredById: null })
    const reason = `${state} by ${number}`
    const ended = await db
      .updateTable('releases')
      .set({ state, reason })
      .where('id', '=', release.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await saveVerdicts(db, release.id, verdicts)
    await reportRelease(db, { workspace, environment, release: ended, verdicts }, baseUrl)
  }

  async function reviewed(known: PullRequest, conclusion: StoredReview['conclusion'], title: string) {
    const review = { title, markdown: '', text: title, conclusion, changes: [], decisions: [], baseSha: shaOf('0') }
    await changePullRequest(db, known.id, { review: JSON.stringify(review), reviewSha: known.headSha })
    await tell(known)
  }

  /** The newest of each beside a commit. */
  async function beside(sha: string) {
    return Object.fromEntries(await toldBeside(db, { repositoryId, sha }))
  }

  const comment = async (known: PullRequest) => {
    const rows = await db
      .selectFrom('outbox')
      .select('payload')
      .where('target', '=', `comment github ${repositoryId} ${known.hostId}`)
      .orderBy('sequence')
      .execute()
    return (rows.at(-1)?.payload as { body: string } | undefined)?.body
  }
  return { hear, tell, released, reviewed, beside, comment }
}

const live = (service: string): ReleaseVerdict => ({ service, kind: 'live', words: 'live after 1.0 s' })
const approval = { held: 'approval', heldReason: 'it comes from a fork', heldSha: head } as const

it('a stranger’s pull request from the commit of an inside one changes nothing beside it, and speaks once the other is closed', async () => {
  const { hear, tell, released, reviewed, beside, comment } = await shop()
  const inside = await hear(1)
  await released(inside, 'live', [live('web')])
  await reviewed(inside, 'success', 'web is rebuilt')
  const good = {
    'kyozo/preview': 'success: 1 live',
    'kyozo/preview/web': 'success: live after 1.0 s',
    'kyozo/plan': 'success: web is rebuilt',
  }
  expect(await beside(head)).toEqual(good)
  const fork = await hear(2, { isFork: true, author: 'mallory' })
  await changePullRequest(db, fork.id, approval)
  await reviewed(fork, 'needs_decision', 'somebody has to decide')
  expect(await beside(head)).toEqual(good)
  const words = 'What the statuses beside aaaaaaa say is of pull request 1, which has the same head'
  expect(await comment(fork)).toContain(words)
  expect(await comment(inside)).not.toContain('What the statuses beside')

  await hear(1, { state: 'closed' })
  await tell(inside)
  expect(await beside(head)).toMatchObject({
    'kyozo/preview': 'failure: No preview: it comes from a fork',
    'kyozo/plan': 'needs_decision: somebody has to decide',
  })
  expect(await comment(fork)).not.toContain(words)
})

it('of two inside ones the one onto the default branch speaks, whichever is told later, and the other one when that is pushed to or led elsewhere', async () => {
  const { hear, released, reviewed, beside } = await shop()
  const elsewhere = await hear(1, { baseRef: 'refs/heads/next' })
  await released(elsewhere, 'failed', [{ service: 'web', kind: 'failed', words: 'web crashed' }])
  await reviewed(elsewhere, 'success', 'nothing changes')
  expect(await beside(head)).toMatchObject({ 'kyozo/preview': 'failure: web crashed', 'kyozo/preview/web': 'failure: web crashed' })

  const onto = await hear(2)
  await released(onto, 'live', [{ service: 'web', kind: 'unchanged', words: 'unchanged' }])
  await reviewed(onto, 'needs_decision', 'a volume is at risk')
  await reviewed(elsewhere, 'success', 'nothing changes at all')
  await released(elsewhere, 'failed', [{ service: 'web', kind: 'failed', words: 'web crashed again' }])
  expect(await beside(head)).toMatchObject({ 'kyozo/preview': 'success: 1 unchanged', 'kyozo/plan': 'needs_decision: a volume is at risk' })

  await hear(2, { headSha: next })
  expect(await beside(head)).toEqual({
    'kyozo/preview': 'failure: web crashed again',
    'kyozo/preview/web': 'failure: web crashed again',
    'kyozo/plan': 'success: nothing changes at all',
  })
  await hear(2)
  expect(await beside(head)).toMatchObject({ 'kyozo/preview': 'success: 1 unchanged', 'kyozo/preview/web': 'success: unchanged' })
  await hear(2, { baseRef: 'refs/heads/other' })
  expect(await beside(head)).toMatchObject({ 'kyozo/preview': 'failure: web crashed again' })
})

it('a release of a commit that nobody has as head any more says how it ended', async () => {
  const { hear, released, beside } = await shop()
  const pull = await hear(1)
  await hear(1, { headSha: next })
  expect(await beside(head)).toEqual({ 'kyozo/preview': 'error: Superseded by bbbbbbb' })
  await released(pull, 'live', [live('web')])
  expect(await beside(next)).toMatchObject({ 'kyozo/preview': 'success: 1 live' })
})

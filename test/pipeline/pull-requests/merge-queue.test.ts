// A merge queue's own commits say what was said of the pull requests that it tries, so that what is required of these keeps no queue waiting.
import { expect, it } from 'vitest'
import type { CommitCheck, CommitStatus } from '../../../src/forge/messages.ts'
import type { ForgePullRequest } from '../../../src/forge/pull-requests.ts'
import { tellProposal } from '../../../src/pipeline/commit-back/own.ts'
import { commitStatus, previewContext } from '../../../src/pipeline/commit-status.ts'
import { planCheck } from '../../../src/pipeline/pull-requests/comment.ts'
import { hearOfPullRequest } from '../../../src/pipeline/pull-requests/hear.ts'
import { decideMergeQueued } from '../../../src/pipeline/pull-requests/merge-queue.ts'
import { putProposal } from '../../../src/store/compose-proposals.ts'
import { putOutbox } from '../../../src/store/outbox.ts'
import { createWorkspace } from '../../../src/store/workspaces.ts'
import { shaOf, team } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'
import { toldBeside } from '../beside.ts'

const { db } = await testDatabase()
const baseUrl = 'https://kyozo.example'
const [head, tried, again, pushed] = [shaOf('a'), shaOf('b'), shaOf('d'), shaOf('c')]
let repositories = 0

async function queueing() {
  const repositoryId = String(++repositories)
  const workspace = await createWorkspace(db, {
    ...{ teamId: await team(db), name: `queue-${repositoryId}`, forge: 'github', connection: 'main', repositoryId },
    ...{ repositoryName: `mona/queue-${repositoryId}`, repositoryUrl: 'https://github.com/mona/queue.git', defaultBranch: 'main' },
  })
  const said = (more: Partial<ForgePullRequest> = {}): ForgePullRequest => ({
    ...{ number: 7, id: `${repositoryId}-7`, state: 'open', title: 'Idea', url: 'https://github.com/p/7', author: 'ada', labels: [] },
    ...{ ref: 'refs/pull/7/head', headSha: head, headRef: 'refs/heads/idea', baseRef: 'refs/heads/main', isFork: false, isDraft: false },
    ...{ updatedAt: null, ...more },
  })
  const page = `${baseUrl}/releases/1`
  const preview = (state: CommitStatus['state'], description: string) =>
    putOutbox(db, commitStatus({ workspace, sha: head, page }, { context: previewContext, state, description }))
  const plan = (conclusion: CommitCheck['conclusion'], title: string) =>
    putOutbox(db, planCheck(workspace, { sha: head, conclusion, title, text: `${title}.`, targetUrl: page }))
  const queued = (sha = tried, { number = 7, intoRef = 'refs/heads/main' } = {}) =>
    decideMergeQueued({ baseUrl }, db, {
      ...{ workspace, event: { ref: `refs/heads/gh-readonly-queue/main/pr-${number}-x`, sha, pullRequest: number, intoRef } },
    })
  const beside = async (sha: string) => (await toldBeside(db, { repositoryId, sha })).map(([context, words]) => `${context} ${words}`)
  const hear = (more?: Partial<ForgePullRequest>) => hearOfPullRequest(db, { workspace, said: said(more) }, baseUrl)
  await hear()
  return { workspace, preview, plan, queued, beside, hear }
}

it('says beside the commit that is tried what stands beside the pull request', async () => {
  const { preview, plan, queued, beside } = await queueing()
  await preview('pending', 'Building')
  await preview('success', 'Live')
  await plan('success', 'api is rebuilt')
  expect(await queued()).toMatchObject({
    ...{ decision: 'accepted', sha: tried, reason: 'a merge queue tries pull request 7: beside its commit stands what was said of that' },
  })
  expect(await beside(tried)).toEqual(['kyozo/preview success: Pull request 7: Live', 'kyozo/plan success: Pull request 7: api is rebuilt'])
})

const letIn = 'Pull request 7: it was let into the queue; what is required of it stands beside its head'

it('what is red there is red in the queue, and nothing keeps the queue waiting', async () => {
  const { preview, plan, queued, beside } = await queueing()
  await queued()
  expect(await beside(tried)).toEqual([`kyozo/preview success: ${letIn}`, `kyozo/plan success: ${letIn}`])
  await preview('pending', 'Building')
  await plan('needs_decision', 'The volume data would be lost')
  await queued(again)
  expect(await beside(again)).toEqual([
    `kyozo/preview success: ${letIn}`,
    'kyozo/plan needs_decision: Pull request 7: The volume data would be lost',
  ])
  await preview('failure', 'api crashed')
  await queued(again)
  expect(await beside(again)).toContain('kyozo/preview failure: Pull request 7: api crashed')
})

it('a proposal of kyozo’s own passes it', async () => {
  const { workspace, queued, beside } = await queueing()
  const proposal = { intoRef: 'refs/heads/main', changeKey: 'k', number: 9, url: null, state: 'open' as const, headSha: pushed }
  await putProposal(db, { workspaceId: workspace.id, teamId: workspace.teamId, ...proposal })
  await tellProposal(db, { workspace, sha: pushed, page: baseUrl })
  const words = "Pull request 9: kyozo's own proposal: it gets no preview and no plan"
  await queued(tried, { number: 9 })
  expect(await beside(tried)).toEqual([`kyozo/preview success: ${words}`, `kyozo/plan success: ${words}`])
})

it('nobody makes a head green by giving a branch the name of a queue', async () => {
  const { preview, queued, beside, hear } = await queueing()
  await preview('success', 'Live')
  await hear({ id: 'another', number: 8, headSha: pushed, headRef: 'refs/heads/other' })
  expect(await queued(pushed)).toMatchObject({
    decision: 'ignored',
    reason: `a merge queue tries ${pushed.slice(0, 7)}, which is the head of a pull request`,
  })
  expect(await queued(tried, { intoRef: 'refs/heads/production' })).toMatchObject({ decision: 'ignored' })
  await hear({ state: 'closed' })
  expect(await queued()).toMatchObject({ reason: 'a merge queue tries pull request 7, which kyozo does not know as open there' })
  expect([...(await beside(pushed)), ...(await beside(tried))]).toEqual([])
})

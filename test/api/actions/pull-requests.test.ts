// What may be asked of pull requests here, and what is stored then.
import { beforeAll, expect, it } from 'vitest'
import { putEnvironment } from '../../../src/store/environments.ts'
import {
  changePullRequest,
  findPullRequest,
  type KnownPullRequest,
  notePullRequest,
  type PullRequest,
} from '../../../src/store/pull-requests.ts'
import { said as known } from '../../store/said-pull-request.ts'
import { startApi, type TestApi } from '../../support/api.ts'
import { problemsIn, type Scene, scene, told } from './acting.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})

const headSha = `${'abc1234'.repeat(5)}abc12`
const said: KnownPullRequest = { ...known, headSha, author: 'mallory', isFork: true, updatedAt: null }

async function pulled(change: Partial<KnownPullRequest> = {}): Promise<{ readonly ada: Scene; readonly pullRequest: PullRequest }> {
  const ada = await scene(api)
  const { pullRequest } = await notePullRequest(api.db, ada.workspace, { ...said, ...change })
  return { ada, pullRequest }
}

const approvalOf = ({ id }: PullRequest) =>
  api.db.selectFrom('pullRequests').select(['approvedSha', 'approvedBy']).where('id', '=', id).executeTakeFirstOrThrow()

it('a commit of a fork is approved by its whole id, and by nothing that only begins like it', async () => {
  const { ada, pullRequest } = await pulled()
  const approve = (sha: string) => ada.post(`/pull_requests/${pullRequest.id}/approve`, { sha })
  for (const short of [headSha.slice(0, 7), headSha.slice(0, 39), `${headSha}0`, '']) {
    const refused = await approve(short)
    expect([refused.status, problemsIn(refused)]).toEqual([422, [expect.stringMatching(/must be the whole id of the commit/)]])
  }
  const other = `${headSha.slice(0, -1)}0`
  expect(told(await approve(other))).toBe(
    `409 state_conflict: the head of pull request 7 is ${headSha}, and not ${other}; look at the commit that is there now`,
  )
  expect(await approvalOf(pullRequest)).toEqual({ approvedSha: null, approvedBy: null })
  expect(told(await approve(headSha))).toBe('202 follow_pull_request queued')
  expect(await approvalOf(pullRequest)).toEqual({ approvedSha: headSha, approvedBy: 'ada' })
})

it('an approval is for the base branch that was looked at, which is named where it was another one a minute before', async () => {
  const { ada, pullRequest } = await pulled()
  const next = 'refs/heads/partner'
  await notePullRequest(api.db, ada.workspace, { ...said, baseRef: next })
  const approve = (base_ref?: string) =>
    ada.post(`/pull_requests/${pullRequest.id}/approve`, { sha: headSha, ...(base_ref && { base_ref }) })
  const refused = new RegExp(`^409 state_conflict: ${headSha} is not approved: .*; then name its base branch, which is ${next} now$`)
  expect(told(await approve())).toMatch(refused)
  expect(told(await approve(said.baseRef))).toMatch(refused)
  expect(await approvalOf(pullRequest)).toEqual({ approvedSha: null, approvedBy: null })
  expect(told(await approve(next))).toBe('202 follow_pull_request queued')
  expect(await approvalOf(pullRequest)).toEqual({ approvedSha: headSha, approvedBy: 'ada' })
})

it('what comes from the repository itself, or is over, needs no approval', async () => {
  const own = await pulled({ isFork: false })
  expect(told(await own.ada.post(`/pull_requests/${own.pullRequest.id}/approve`, { sha: headSha }))).toMatch(/^409 .* needs no approval$/)
  const over = await pulled({ state: 'closed' })
  expect(told(await over.ada.post(`/pull_requests/${over.pullRequest.id}/approve`, { sha: headSha }))).toMatch(
    /^409 state_conflict: pull request 7 is closed/,
  )
})

it('a preview that somebody deletes as an environment stays away as one that was destroyed', async () => {
  const { ada, pullRequest } = await pulled({ isFork: false })
  const preview = { name: 'pr-7', ref: said.ref, preview: { pullRequest: 7, trust: 'preview' } } as const
  const { id: environmentId } = await putEnvironment(api.db, ada.workspace, preview)
  await changePullRequest(api.db, pullRequest.id, { environmentId })
  expect(told(await ada.remove(`/environments/${environmentId}`))).toBe('202 delete_environment queued')
  expect(await findPullRequest(api.db, pullRequest.id)).toMatchObject({ held: 'destroyed', heldReason: 'ada removed it', heldSha: headSha })
})

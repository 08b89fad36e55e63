// What hosts say of pull requests comes late, twice and out of order; what is known is the newest of it.
import { describe, expect, it } from 'vitest'
import { putEnvironment } from '../../src/store/environments.ts'
import { inSeconds } from '../../src/store/instance.ts'
import {
  approvalBy,
  changePullRequest,
  countPreviews,
  type KnownPullRequest,
  notePullRequest,
  type PullRequest,
  waitingForPlace,
} from '../../src/store/pull-requests.ts'
import { testDatabase } from '../support/database.ts'
import { workspaceWithEnvironment } from './rows.ts'
import { at, said } from './said-pull-request.ts'

const { db } = await testDatabase()

async function noting() {
  const { workspace } = await workspaceWithEnvironment(db)
  return (change: Partial<KnownPullRequest>, isReopened = false) => notePullRequest(db, workspace, { ...said, ...change }, { isReopened })
}

it('an older word changes nothing', async () => {
  const note = await noting()
  await note({ headSha: 'b'.repeat(40), updatedAt: at(20) })
  const late = await note({})
  expect(late).toMatchObject({ isNews: false, pullRequest: { headSha: 'b'.repeat(40) } })
})

it('opened and closed within one second is closed, in whichever order that is told', async () => {
  const note = await noting()
  await note({ state: 'merged' })
  expect(await note({})).toMatchObject({ isNews: false, pullRequest: { state: 'merged' } })
  const other = await noting()
  await other({})
  expect(await other({ state: 'merged' })).toMatchObject({ isNews: true, pullRequest: { state: 'merged' } })
})

it('closed and reopened within one second is open', async () => {
  const note = await noting()
  await note({})
  await note({ state: 'closed' })
  const { pullRequest } = await note({}, true)
  expect(pullRequest).toMatchObject({ state: 'open', closedAt: null })
})

it('is matched by the host’s id: another one of the same branch is another one', async () => {
  const note = await noting()
  const first = await note({})
  const second = await note({ id: '279147438', number: 8 })
  expect(second.pullRequest.id).not.toBe(first.pullRequest.id)
})

it('each word that is news counts, and a push says since when its commit is the head', async () => {
  const note = await noting()
  const { pullRequest: before } = await note({})
  const { pullRequest: retitled } = await note({ title: 'Say it louder', updatedAt: at(11) })
  expect([retitled.revision, retitled.headSince]).toEqual([before.revision + 1, before.headSince])
  const { pullRequest: pushed } = await note({ headSha: 'b'.repeat(40), updatedAt: at(12) })
  expect(pushed.headSince.getTime()).toBeGreaterThan(before.headSince.getTime())
})

it('a review goes when it is led to another base, and stays through everything else', async () => {
  const note = await noting()
  const { pullRequest } = await note({})
  await changePullRequest(db, pullRequest.id, { review: JSON.stringify({ title: 'No change' }), reviewSha: said.headSha })
  expect((await note({ isDraft: true, updatedAt: at(11) })).pullRequest.reviewSha).toBe(said.headSha)
  const { pullRequest: retargeted } = await note({ baseRef: 'refs/heads/next', updatedAt: at(12) })
  expect([retargeted.review, retargeted.reviewSha]).toEqual([null, null])
})

it('an approval goes when it is led to another base, does not come back with the former one, and stays through everything else', async () => {
  const note = await noting()
  const { pullRequest } = await note({ isFork: true })
  const approve = () => changePullRequest(db, pullRequest.id, approvalBy('ada', pullRequest))
  await approve()
  const { pullRequest: retitled } = await note({ isFork: true, title: 'Say it louder', updatedAt: at(11) })
  expect(retitled).toMatchObject({
    ...{ approvedSha: said.headSha, approvedBase: said.baseRef, approvedBy: 'ada', approvedAt: expect.any(Date) },
  })
  const nobody = { approvedSha: null, approvedBase: null, approvedBy: null, approvedAt: null }
  expect((await note({ isFork: true, baseRef: 'refs/heads/next', updatedAt: at(12) })).pullRequest).toMatchObject(nobody)
  expect((await note({ isFork: true, updatedAt: at(13) })).pullRequest).toMatchObject(nobody)
  await approve()
  expect((await note({ isFork: true, baseRef: 'refs/heads/next', updatedAt: at(12) })).pullRequest.approvedBy).toBe('ada')
})

it('says when it was led to another base last, and nothing where it never was', async () => {
  const note = await noting()
  await note({})
  expect((await note({ headSha: 'b'.repeat(40), updatedAt: at(11) })).pullRequest.retargetedAt).toBeNull()
  const { pullRequest: first } = await note({ headSha: 'b'.repeat(40), baseRef: 'refs/heads/next', updatedAt: at(12) })
  expect(first.retargetedAt).toBeInstanceOf(Date)
  const { pullRequest: back } = await note({ headSha: 'b'.repeat(40), updatedAt: at(13) })
  expect(back.retargetedAt!.getTime()).toBeGreaterThan(first.retargetedAt!.getTime())
})

describe('previews of forks share their places with those of other workspaces', () => {
  const approved = (pullRequest: PullRequest) => changePullRequest(db, pullRequest.id, { ...approvalBy('ada', pullRequest), held: 'full' })

  it('which are counted together', async () => {
    const { workspace } = await workspaceWithEnvironment(db)
    const { pullRequest } = await notePullRequest(db, workspace, { ...said, isFork: true })
    const before = await countPreviews(db, pullRequest)
    for (const isFork of [true, false]) {
      const { workspace: other, environment } = await workspaceWithEnvironment(db)
      const { pullRequest: running } = await notePullRequest(db, other, { ...said, isFork })
      await changePullRequest(db, running.id, { environmentId: environment.id })
    }
    const elsewhere = { ...before, ofForksAnywhere: before.ofForksAnywhere + 1 }
    expect(await countPreviews(db, pullRequest)).toEqual(elsewhere)

    for (const [number, isFork, age] of [
      [8, true, 60],
      [9, false, 60],
      [10, false, -60],
    ] as const) {
      const environment = await putEnvironment(db, workspace, { name: `pr-${number}`, ref: said.ref })
      const { pullRequest: running } = await notePullRequest(db, workspace, { ...said, id: String(number), number, isFork })
      await changePullRequest(db, running.id, { environmentId: environment.id, lastUsedAt: inSeconds(-age) })
    }
    const together = { all: 3, ofForks: 1, usedLater: 1, ofForksAnywhere: elsewhere.ofForksAnywhere + 1 }
    expect(await countPreviews(db, pullRequest)).toEqual(together)
    // Its own is none of the others.
    const { id: environmentId } = await putEnvironment(db, workspace, { name: 'pr-7', ref: said.ref })
    await changePullRequest(db, pullRequest.id, { environmentId })
    expect(await countPreviews(db, pullRequest)).toEqual(together)
  })

  it('and one that goes leaves its place to those of them that wait for one, whose approval may be over by now', async () => {
    const [here, there] = [await noting(), await noting()]
    const { pullRequest: going } = await here({ isFork: true })
    const { pullRequest: own } = await here({ id: '2', number: 8 })
    await changePullRequest(db, own.id, { held: 'full' })
    const fork = await approved((await there({ isFork: true })).pullRequest)
    const late = await approved((await there({ id: '2', number: 8, isFork: true })).pullRequest)
    await changePullRequest(db, late.id, { approvedAt: inSeconds(-25 * 3_600) })
    const theirs = await approved((await there({ id: '3', number: 9 })).pullRequest)
    const waiting = async (gone: PullRequest) => (await waitingForPlace(db, gone)).map(({ id }) => id)
    const known = [own.id, fork.id, late.id, theirs.id]
    expect((await waiting(going)).filter((id) => known.includes(id)).toSorted()).toEqual([own.id, fork.id, late.id].toSorted())
    expect(await waiting(own)).toEqual([own.id])
  })
})

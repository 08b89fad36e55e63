// Which previews are over, and which take memory that others may need.
import { expect, it } from 'vitest'
import { findEnvironment, putEnvironment } from '../../src/store/environments.ts'
import { inSeconds } from '../../src/store/instance.ts'
import { pauseEnvironment } from '../../src/store/intents.ts'
import { expiredPreviews, hasExpired, holdPreviewLimits } from '../../src/store/leaving-previews.ts'
import { endOperation, startOperation } from '../../src/store/operations.ts'
import {
  approvalBy,
  changePullRequest,
  findPullRequest,
  letPreviewLive,
  notePullRequest,
  touchPreviews,
} from '../../src/store/pull-requests.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { putServiceInstance } from '../../src/store/service-instances.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'
import { at, said } from './said-pull-request.ts'

const { db } = await testDatabase()

it('a preview is over when nobody has used it for long enough, but not while one is made, and not when somebody has just pushed', async () => {
  const { workspace } = await workspaceWithEnvironment(db)
  const { pullRequest } = await notePullRequest(db, workspace, said)
  const environment = await putEnvironment(db, workspace, { name: 'pr-7', ref: said.ref, preview: { pullRequest: 7, trust: 'preview' } })
  await changePullRequest(db, pullRequest.id, { environmentId: environment.id, lastUsedAt: inSeconds(-120) })
  await letPreviewLive(db, environment.id, 60)
  expect(await hasExpired(db, pullRequest.id)).toBe(false)
  await db
    .updateTable('environments')
    .set({ expiresAt: inSeconds(-60) })
    .where('id', '=', environment.id)
    .execute()
  expect((await expiredPreviews(db)).map(({ id }) => id)).toContain(pullRequest.id)

  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: said.ref }
  const { release } = await queueRelease(db, { ...place, sha: shaOf('b'), triggeredBy: 'ada' })
  expect(await hasExpired(db, pullRequest.id)).toBe(false)
  await db.deleteFrom('releases').where('id', '=', release.id).execute()
  expect(await hasExpired(db, pullRequest.id)).toBe(true)

  await notePullRequest(db, workspace, { ...said, headSha: shaOf('b'), updatedAt: at(20) })
  expect(await hasExpired(db, pullRequest.id)).toBe(false)
})

/** A preview that somebody approved two hours ago, for an hour, and a service of it. */
async function approvedPreview({ isFork }: { readonly isFork: boolean }) {
  const { workspace } = await workspaceWithEnvironment(db)
  const { pullRequest } = await notePullRequest(db, workspace, { ...said, isFork })
  const preview = { pullRequest: 7, trust: isFork ? 'fork' : 'preview' } as const
  const environment = await putEnvironment(db, workspace, { name: 'pr-7', ref: said.ref, preview })
  const known = await changePullRequest(db, pullRequest.id, {
    ...{ environmentId: environment.id, approvedSha: said.headSha, approvedBase: said.baseRef, approvedBy: 'ada' },
    ...{ approvedAt: inSeconds(-7_200), lastUsedAt: inSeconds(-7_200) },
  })
  await letPreviewLive(db, environment.id, 3_600)
  const key = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, name: 'web', folderPath: 'web' }
  const service = await putServiceInstance(db, { ...key, serviceType: 'nodejs' }, { change: { status: 'running' } })
  const stand = async () => {
    const { lastUsedAt } = (await findPullRequest(db, pullRequest.id))!
    const { expiresAt } = (await findEnvironment(db, environment.id))!
    return { lastUsedAt, expiresAt }
  }
  return { workspace, known, service, stand }
}

it('a fork keeps its preview for so long after its approval, whoever asks at its address and whatever its author pushes', async () => {
  const fork = await approvedPreview({ isFork: true })
  const before = await fork.stand()
  expect(before.expiresAt!.getTime() - fork.known.approvedAt!.getTime()).toBe(3_600_000)
  await touchPreviews(db, [fork.service])
  await notePullRequest(db, fork.workspace, { ...said, isFork: true, headSha: shaOf('b'), updatedAt: at(20) })
  await letPreviewLive(db, fork.known.environmentId!, 3_600)
  expect(await fork.stand()).toEqual(before)
  expect(await hasExpired(db, fork.known.id)).toBe(true)
})

it('a fork keeps the preview whose time is over while an approval of its head waits to be acted on, unless its author pushes over that', async () => {
  const { workspace, known } = await approvedPreview({ isFork: true })
  const push = (headSha: string, second: number) =>
    notePullRequest(db, workspace, { ...said, isFork: true, headSha, updatedAt: at(second) })
  const { pullRequest } = await push(shaOf('b'), 20)
  expect(await hasExpired(db, known.id)).toBe(true)
  await changePullRequest(db, known.id, approvalBy('ada', pullRequest))
  expect(await hasExpired(db, known.id)).toBe(false)
  expect((await expiredPreviews(db)).map(({ id }) => id)).not.toContain(known.id)
  await push(shaOf('c'), 30)
  expect(await hasExpired(db, known.id)).toBe(true)
})

it('a preview of the team itself is used by whoever asks at its address', async () => {
  const own = await approvedPreview({ isFork: false })
  const before = await own.stand()
  await touchPreviews(db, [own.service])
  const after = await own.stand()
  expect(after.lastUsedAt.getTime()).toBeGreaterThan(before.lastUsedAt.getTime())
  expect(after.expiresAt!.getTime()).toBeGreaterThan(before.expiresAt!.getTime())
  expect(await hasExpired(db, own.known.id)).toBe(false)
})

/** Whose time is over, and that takes 256 MiB. */
async function restingPreview() {
  const { workspace } = await workspaceWithEnvironment(db)
  const { pullRequest } = await notePullRequest(db, workspace, said)
  const environment = await putEnvironment(db, workspace, { name: 'pr-7', ref: said.ref, preview: { pullRequest: 7, trust: 'preview' } })
  await changePullRequest(db, pullRequest.id, { environmentId: environment.id, lastUsedAt: inSeconds(-120) })
  await letPreviewLive(db, environment.id, 60)
  await db
    .updateTable('environments')
    .set({ expiresAt: inSeconds(-60) })
    .where('id', '=', environment.id)
    .execute()
  const { teamId } = workspace
  const key = { teamId, workspaceId: workspace.id, environmentId: environment.id, name: 'web', folderPath: 'web', serviceType: 'nodejs' }
  await putServiceInstance(db, key, { change: { status: 'running', resourceLimits: JSON.stringify({ memory: '256Mi' }) } })
  const takesMemory = () =>
    db
      .transaction()
      .execute(async (trx) =>
        (await holdPreviewLimits(trx, { besides: workspace.id })).some(({ environmentId }) => environmentId === environment.id),
      )
  const removal = {
    kind: 'delete_environment',
    workspaceId: workspace.id,
    input: { environment_id: environment.id, name: environment.name },
  }
  const ada = { teamId, name: 'ada', userId: null }
  return { ada, environment, pullRequest, removal, takesMemory }
}

it('a preview that a person paused takes memory as before, and is over when nobody has used it for long enough', async () => {
  const { ada, environment, pullRequest, takesMemory } = await restingPreview()
  await pauseEnvironment(db, ada, environment.id, 'a demonstration')
  expect([await hasExpired(db, pullRequest.id), await takesMemory()]).toEqual([true, true])
})

it('a preview that is being removed is over once, and is no room that others wait for', async () => {
  const { ada, pullRequest, removal, takesMemory } = await restingPreview()
  const other = await restingPreview()
  const { operation } = await startOperation(db, ada, removal)
  expect([await hasExpired(db, pullRequest.id), await takesMemory()]).toEqual([false, false])
  expect([await hasExpired(db, other.pullRequest.id), await other.takesMemory()]).toEqual([true, true])

  // It runs still, and is tried again after a while.
  const error = { code: 'engine_refused', message: 'its network is in use' }
  await endOperation(db, operation.id, { state: 'failed', words: 'not removed', error })
  expect([await hasExpired(db, pullRequest.id), await takesMemory()]).toEqual([false, true])
  await db
    .updateTable('operations')
    .set({ finishedAt: inSeconds(-3_700) })
    .where('id', '=', operation.id)
    .execute()
  expect(await hasExpired(db, pullRequest.id)).toBe(true)
})

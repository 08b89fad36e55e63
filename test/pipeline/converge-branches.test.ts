// A branch that points where no release is, on real PostgreSQL: what was missed is released, and what somebody deleted stays deleted.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { ForgeRepository } from '../../src/forge/forge.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import { convergeBranches, followedBranches } from '../../src/pipeline/converge-branches.ts'
import { receiveForgeDelivery, receivePush } from '../../src/pipeline/decide-delivery.ts'
import type { Kyozo } from '../../src/pipeline/kyozo.ts'
import { dropEnvironment, type Environment, findEnvironmentByRef } from '../../src/store/environments.ts'
import { pauseEnvironment } from '../../src/store/intents.ts'
import { startOperation } from '../../src/store/operations.ts'
import type { Viewer } from '../../src/store/viewer.ts'
import { findWorkspaceByRepository, type Workspace } from '../../src/store/workspaces.ts'
import { shaOf, workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'

const { db } = await testDatabase()
const queue = { enqueueDeploy: async () => undefined }
const kyozo = { db, queue, config: readConfig({}), log: createLog('silent') } as unknown as Kyozo
const ref = 'refs/heads/main'

async function push(workspace: Workspace, digit: string): Promise<string> {
  const { forge, connection } = workspace
  const deliveryId = `${workspace.id} ${digit}`
  const delivery = { forge, connection, deliveryId, event: 'push', headers: {}, body: Buffer.from(digit) }
  const context = { db, queue: kyozo.queue, baseUrl: '', teamId: workspace.teamId }
  return (await receivePush(context, delivery, { workspace, ref, sha: shaOf(digit), isDeletion: false, pusher: 'ada' })).reason
}

/** What is asked; the work itself is done by whoever calls what is returned. */
async function askToDelete(workspace: Workspace, { id, name }: Environment) {
  const viewer: Viewer = {
    ...{ teamId: workspace.teamId, userId: null as never, name: 'ada', role: 'owner', scopes: [], grants: [] },
    via: { kind: 'token', id: newId() },
  }
  const request = { kind: 'delete_environment', workspaceId: workspace.id, input: { environment_id: id, name } }
  const { operation } = await startOperation(db, viewer, request)
  await pauseEnvironment(db, viewer, id, 'it is being deleted')
  return async () => {
    await dropEnvironment(db, id)
    await db.updateTable('operations').set({ state: 'succeeded', finishedAt: sql<Date>`now()` }).where('id', '=', operation.id).execute()
  }
}

/** A push that the host sent some time ago: GitHub's, to `connection`. */
async function recover(
  { teamId }: Pick<Workspace, 'teamId'>,
  repository: ForgeRepository,
  { digit, tip, sentAt = new Date() }: { digit: string; tip?: string; sentAt?: Date },
) {
  const context = { db, queue: kyozo.queue, baseUrl: '', teamId }
  const told = { ref, before: null, after: shaOf(digit), isForced: false, isCreated: false, pusher: 'ada' }
  const { decision, reason } = await receiveForgeDelivery(context, {
    ...{ forge: 'github', connection: 'github', deliveryId: newId(), event: 'push', headers: {}, body: Buffer.from(digit) },
    ...{ arrival: 'recovered', sentAt },
    forgeEvent: { kind: 'push', repository, ...told },
    ...(tip === undefined ? {} : { tip: shaOf(tip) }),
  })
  return { decision, reason }
}

async function sweep(workspace: Workspace, digit: string): Promise<Environment | undefined> {
  const followed = await followedBranches(kyozo, workspace)
  const tips = new Map([[ref, shaOf(digit)]])
  await convergeBranches(kyozo, { workspace, followed, tips, signal: new AbortController().signal })
  return findEnvironmentByRef(db, workspace.id, ref)
}

it('what was pushed before somebody deleted the environment does not bring it back', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  await push(workspace, '1')
  const remove = await askToDelete(workspace, environment)
  await remove()
  expect(await sweep(workspace, '1')).toBeUndefined()
})

it('what was pushed while an environment was being deleted brings it back, once', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  await push(workspace, '1')
  const remove = await askToDelete(workspace, environment)
  expect(await push(workspace, '2')).toMatch(/is skipped: production is paused by ada: it is being deleted$/)
  await remove()
  const again = await sweep(workspace, '2')
  expect(again).toMatchObject({ name: 'production', pausedAt: null })
  await (await askToDelete(workspace, again!))()
  expect(await sweep(workspace, '2')).toBeUndefined()
}, 30_000)

it('what was recovered of a time before the deletion does not bring it back, and what was missed since does', async () => {
  const { workspace: other } = await workspaceWithEnvironment(db)
  const name = `ada/w-${newId().slice(-12)}`
  const repository = { id: newId(), fullName: name, cloneUrl: `https://github.com/${name}.git`, defaultBranch: 'main' } as ForgeRepository
  expect(await recover(other, repository, { digit: '1', tip: '1' })).toMatchObject({ decision: 'accepted' })
  const workspace = (await findWorkspaceByRepository(db, { forge: 'github', connection: 'github', id: repository.id }))!
  const environment = (await findEnvironmentByRef(db, workspace.id, ref))!
  await (await askToDelete(workspace, environment))()
  const kept = {
    decision: 'ignored',
    reason: 'production was deleted since; the next push brings it back',
  }
  expect(await recover(workspace, repository, { digit: '1', tip: '1' })).toEqual(kept)
  expect(await recover(workspace, repository, { digit: '0', tip: '1' })).toEqual(kept)
  // Nobody could look where the branch points.
  expect(await recover(workspace, repository, { digit: '0', sentAt: new Date(Date.now() - 60_000) })).toEqual(kept)
  expect(await findEnvironmentByRef(db, workspace.id, ref)).toBeUndefined()
  expect(await recover(workspace, repository, { digit: '2', tip: '2' })).toMatchObject({ decision: 'accepted' })
  expect(await findEnvironmentByRef(db, workspace.id, ref)).toMatchObject({ name: 'production' })
})

it('where a branch pointed before a release came is nothing that was missed', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const end = () =>
    db.updateTable('releases').set({ state: 'live', finishedAt: new Date() }).where('environmentId', '=', environment.id).execute()
  await push(workspace, '1')
  await end()
  const followed = await followedBranches(kyozo, workspace)
  const tips = new Map([[ref, shaOf('2')]])
  const checking = convergeBranches(kyozo, { workspace, followed, tips, signal: new AbortController().signal })
  await push(workspace, '2')
  await push(workspace, '3')
  await end()
  expect(await checking).toEqual([])
}, 30_000)

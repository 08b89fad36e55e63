// Previews whose removal failed: whoever wants one again gets it, and nobody else keeps it. Real PostgreSQL and Git, and an engine that refuses.
import { beforeEach, expect, it, vi } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import { newId } from '../../../src/ids.ts'
import { destroyedBy, letGo } from '../../../src/pipeline/pull-requests/let-go.ts'
import { removeLingering } from '../../../src/pipeline/pull-requests/tidy.ts'
import { findEnvironment } from '../../../src/store/environments.ts'
import { inSeconds } from '../../../src/store/instance.ts'
import { pauseEnvironment, pauseForRemoval } from '../../../src/store/intents.ts'
import { startOperation } from '../../../src/store/operations.ts'
import { changePullRequest } from '../../../src/store/pull-requests.ts'
import { latestRelease } from '../../../src/store/releases.ts'
import { nothing } from '../../reconcile/simulated-engine.ts'
import { pulledShops } from './pulled-shops.ts'

vi.setConfig({ testTimeout: 60_000 })

const { db, kyozo, shop } = await pulledShops()
let isRefused = true
const removeStack = async () => {
  if (isRefused) throw new KyozoError('engine_refused', 'could not remove web: has active endpoints', { retryable: true })
  return []
}
Object.assign(kyozo, { engine: { check: async () => undefined, observe: async () => nothing, removeStack } })

beforeEach(() => {
  isRefused = true
})

/** A pull request whose preview is there, with one release that nobody has begun. */
async function previewed(name: string) {
  const made = await shop(name)
  await made.follow()
  await made.workToEnd()
  const environment = async () => findEnvironment(db, (await made.known()).environmentId!)
  const { id: environmentId } = (await environment())!
  return {
    ...made,
    environment,
    release: () => latestRelease(db, environmentId),
    /** A person wants it gone, and the engine does not do it. */
    async failToRemove() {
      const pullRequest = await changePullRequest(db, made.id, destroyedBy('ada', await made.known()))
      const leaving = { workspace: made.workspace, environment: (await environment())!, by: 'ada', because: pullRequest.heldReason! }
      await db.transaction().execute((trx) => letGo(trx, kyozo.queue, leaving))
      expect((await environment())?.pausedAt).toEqual(expect.any(Date))
      expect(await made.workToEnd('delete_environment')).toEqual({ state: 'failed', attempt: 5 })
    },
    /** As an API stored it that knew nothing of pull requests. */
    async askToDelete() {
      const { id, name } = (await environment())!
      const userId = newId()
      await db
        .insertInto('users')
        .values({ id: userId, name: 'ada', email: `${userId}@example.com` })
        .execute()
      const { workspace } = made
      const ada = { teamId: workspace.teamId, name: 'ada', userId }
      await startOperation(db, ada, { kind: 'delete_environment', workspaceId: workspace.id, input: { environment_id: id, name } })
      await pauseForRemoval(db, ada, id, 'it is being deleted')
      expect(await made.workToEnd('delete_environment')).toEqual({ state: 'failed', attempt: 5 })
    },
    /** As if that time had passed since its removal failed. */
    async later(minutes: number) {
      await db
        .updateTable('operations')
        .set({ finishedAt: inSeconds(-60 * minutes) })
        .where('workspaceId', '=', made.workspace.id)
        .where('kind', '=', 'delete_environment')
        .where('finishedAt', 'is not', null)
        .execute()
      return removeLingering(kyozo)
    },
  }
}

it('a preview that could not be removed deploys again for whoever wants it', async () => {
  const { failToRemove, follow, workToEnd, environment, release, known } = await previewed('wanted')
  const before = (await release())!
  await failToRemove()
  await follow(true)
  expect(await workToEnd()).toMatchObject({ state: 'succeeded' })
  expect(await environment()).toMatchObject({ pausedAt: null, pausedBy: null, pauseReason: null })
  const after = (await release())!
  expect([after.state, after.sha, after.id === before.id]).toEqual(['queued', before.sha, false])
  expect((await known()).held).toBeNull()
})

it('what its removal took away of a preview is made anew, although its commit is live', async () => {
  const { failToRemove, follow, workToEnd, release } = await previewed('halved')
  const before = (await release())!
  await db.updateTable('releases').set({ state: 'live' }).where('id', '=', before.id).execute()
  await failToRemove()
  await follow(true)
  await workToEnd()
  expect(await release()).toMatchObject({ state: 'queued', sha: before.sha })
})

it('a preview that a person paused stays paused when it could not be removed', async () => {
  const { failToRemove, follow, workToEnd, environment, release, workspace } = await previewed('paused')
  const grace = { teamId: workspace.teamId, name: 'grace', userId: null }
  await pauseEnvironment(db, grace, (await environment())!.id, 'a demonstration')
  await failToRemove()
  await follow(true)
  await workToEnd()
  expect(await environment()).toMatchObject({ pausedBy: 'grace', pauseReason: 'a demonstration' })
  expect(await release()).toMatchObject({ state: 'skipped', reason: 'paused by grace: a demonstration' })
})

it('a preview that a person paused after it could not be removed is theirs to resume', async () => {
  const { failToRemove, follow, workToEnd, environment, release, workspace } = await previewed('repaused')
  await failToRemove()
  await pauseEnvironment(db, { teamId: workspace.teamId, name: 'grace', userId: null }, (await environment())!.id, 'a look at why')
  await follow(true)
  await workToEnd()
  expect(await release()).toMatchObject({ state: 'skipped', reason: 'paused by grace: a look at why' })
})

it('a preview that could not be removed is removed an hour later, and nobody has to ask', async () => {
  const { failToRemove, later, workToEnd, known, id } = await previewed('lingering')
  await failToRemove()
  expect(await later(50)).toBe(0)
  expect(await later(61)).toBe(1)
  expect(await later(61)).toBe(0)
  expect(await workToEnd('delete_environment')).toMatchObject({ state: 'failed' })
  await changePullRequest(db, id, { state: 'closed', held: null, heldReason: null, heldSha: null })
  isRefused = false
  expect(await later(61)).toBe(1)
  expect(await workToEnd('delete_environment')).toEqual({ state: 'succeeded', attempt: 1 })
  expect((await known()).environmentId).toBeNull()
  expect(await later(61)).toBe(0)
})

it('what could not be removed stays when somebody wants it back and its head cannot be read', async () => {
  const { failToRemove, later, known, environment, id } = await previewed('wanted-back')
  await failToRemove()
  await changePullRequest(db, id, { held: 'failed', heldReason: 'kyozo could not look at it', heldSha: (await known()).headSha })
  isRefused = false
  expect(await later(61)).toBe(0)
  expect(await environment()).toBeDefined()
})

it('a preview that a person deletes by the API is removed an hour after that failed, and stays away as by any command', async () => {
  const { askToDelete, later, workToEnd, known } = await previewed('deleted')
  await askToDelete()
  expect(await later(50)).toBe(0)
  expect((await known()).held).toBeNull()
  isRefused = false
  expect(await later(61)).toBe(1)
  expect(await known()).toMatchObject({ held: 'destroyed', heldReason: 'ada removed it' })
  expect(await workToEnd('delete_environment')).toMatchObject({ state: 'succeeded' })
  expect(await known()).toMatchObject({ held: 'destroyed', environmentId: null })
})

it('a preview that could not be removed, and whose pull request was opened again, is removed and made anew', async () => {
  const { failToRemove, later, workToEnd, environment, known, id } = await previewed('reopened')
  const { id: former } = (await environment())!
  await failToRemove()
  // As whoever looks while the removal is under way leaves it.
  await changePullRequest(db, id, { held: null, heldReason: null, heldSha: null })
  isRefused = false
  expect(await later(61)).toBe(1)
  expect(await workToEnd('delete_environment')).toMatchObject({ state: 'succeeded' })
  expect(await known()).toMatchObject({ held: null, environmentId: null })
  await workToEnd()
  const { environmentId } = await known()
  expect([environmentId === null, environmentId === former]).toEqual([false, false])
})

it('a preview that is wanted, or is looked at anew, is left alone', async () => {
  const { later, follow, id } = await previewed('left')
  expect(await later(61)).toBe(0)
  await changePullRequest(db, id, { state: 'closed' })
  await follow()
  expect(await later(61)).toBe(0)
})

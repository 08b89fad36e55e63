// Who may work on an operation, and how those that a release carries out end with it, on real PostgreSQL.
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { askRelease } from '../../src/store/asked-releases.ts'
import type { Database } from '../../src/store/database.ts'
import { claimRelease, endRelease } from '../../src/store/leases.ts'
import {
  claimOperation,
  expireOperationsOf,
  finishOperation,
  followRelease,
  renewOperation,
  requeueOperation,
  waitingOperations,
} from '../../src/store/operation-leases.ts'
import { findOperation, type OperationRequest, startOperation } from '../../src/store/operations.ts'
import { findRelease, queueRelease } from '../../src/store/releases.ts'
import type { Viewer } from '../../src/store/viewer.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

let db: Database

beforeAll(async () => {
  db = (await testDatabase()).db
})

async function fresh() {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const viewer: Viewer = {
    teamId: workspace.teamId,
    userId: null as never,
    name: 'ada',
    role: 'owner',
    scopes: [],
    via: { kind: 'token', id: newId() },
    grants: [],
  }
  const start = async (request: Partial<OperationRequest> = {}) =>
    (await startOperation(db, viewer, { kind: 'deploy_service', environmentId: environment.id, ...request })).operation
  const push = (digit: string) =>
    queueRelease(db, {
      teamId: workspace.teamId,
      workspaceId: workspace.id,
      environmentId: environment.id,
      ref: environment.ref,
      sha: shaOf(digit),
      triggeredBy: 'test',
    })
  const goLive = async () => {
    const claim = await claimRelease(db, environment.id, 'me')
    await endRelease(db, claim!.lease, { change: { state: 'live', reason: '1 live' }, verdicts: [] })
    await sql`update environments set live_release_id = ${claim!.release.id} where id = ${environment.id}`.execute(db)
    return claim!.release
  }
  const ask = (options: Parameters<typeof askRelease>[1]['options'] = {}) =>
    askRelease(db, { environmentId: environment.id, options, triggeredBy: 'ada', triggeredById: null })
  /** An operation that follows the release which it asked for. */
  const follow = async (options: Parameters<typeof askRelease>[1]['options'] = {}) => {
    const operation = await start()
    const { lease } = (await claimOperation(db, operation.id, 'me'))!
    const release = await ask(options)
    await followRelease(db, lease, { releaseId: release.id, words: 'under way' })
    return { operation, release }
  }
  return { environment, start, push, goLive, ask, follow }
}

describe('an operation', () => {
  it('is worked on by one of many workers', async () => {
    const { id } = await (await fresh()).start()
    const claims = await Promise.all(Array.from({ length: 12 }, (_, at) => claimOperation(db, id, `worker ${at}`)))
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1)
  })

  it('that a dead worker held is handed out again, and the dead one can end nothing', async () => {
    const { id } = await (await fresh()).start()
    const dead = (await claimOperation(db, id, 'dead'))!
    expect(await waitingOperations(db, 100)).not.toContain(id)
    await expireOperationsOf(db, 'dead')
    expect(await waitingOperations(db, 100)).toContain(id)
    const next = (await claimOperation(db, id, 'next'))!
    expect(next.operation.attempt).toBe(2)
    expect(await renewOperation(db, dead.lease)).toBe(false)
    await expect(finishOperation(db, dead.lease, { state: 'succeeded', words: 'twice' })).rejects.toMatchObject({ code: 'lease_lost' })
    await finishOperation(db, next.lease, { state: 'succeeded', words: 'once' })
    expect(await findOperation(db, id)).toMatchObject({ state: 'succeeded', words: 'once', leaseToken: null })
    expect(await claimOperation(db, id, 'third')).toBeUndefined()
  })

  it('that is given back waits a while', async () => {
    const { id } = await (await fresh()).start()
    const { lease } = (await claimOperation(db, id, 'me'))!
    await requeueOperation(db, lease, { words: 'waiting', afterSeconds: 60 })
    expect(await findOperation(db, id)).toMatchObject({ state: 'queued', words: 'waiting' })
    expect(await claimOperation(db, id, 'me')).toBeUndefined()
  })
})

describe('a release that is asked for', () => {
  it('ends the operation with itself, in its words', async () => {
    const { push, goLive, follow } = await fresh()
    await push('1')
    await goLive()
    const { operation, release } = await follow({ redeploy: ['api'] })
    expect(release).toMatchObject({ sha: shaOf('1'), options: { ofLive: true, redeploy: ['api'] } })
    expect((await goLive()).id).toBe(release.id)
    expect(await findOperation(db, operation.id)).toMatchObject({ state: 'succeeded', words: '1 live', errorCode: null })
  })

  it('that fails fails the operation, with the cause', async () => {
    const { environment, push, goLive, follow } = await fresh()
    await push('1')
    await goLive()
    const { operation } = await follow()
    const claim = await claimRelease(db, environment.id, 'me')
    await endRelease(db, claim!.lease, { change: { state: 'failed', errorCode: 'not_healthy', reason: 'api ended' }, verdicts: [] })
    expect(await findOperation(db, operation.id)).toMatchObject({ state: 'failed', errorCode: 'not_healthy', errorMessage: 'api ended' })
  })

  it('adds to the one that waits, and neither overtakes a commit nor is lost to one', async () => {
    const { push, goLive, follow } = await fresh()
    await push('1')
    await goLive()
    const first = await follow({ redeploy: ['api'] })
    const second = await follow({ redeploy: ['web'], restart: ['db'] })
    expect(second.release.id).toBe(first.release.id)
    const { release: pushed } = await push('2')
    expect((await findRelease(db, pushed.id))?.options).toEqual({ redeploy: ['api', 'web'], restart: ['db'] })
    const third = await follow({ analyze: true })
    expect(third.release).toMatchObject({ id: pushed.id, sha: shaOf('2') })
    await goLive()
    for (const { operation } of [first, second, third]) expect((await findOperation(db, operation.id))?.state).toBe('succeeded')
  })

  it('is of what is live when it begins', async () => {
    const { environment, push, goLive, ask } = await fresh()
    await push('1')
    await goLive()
    await push('2')
    const running = (await claimRelease(db, environment.id, 'me'))!
    const asked = await ask({ restart: ['api'] })
    expect(asked.sha).toBe(shaOf('1'))
    await endRelease(db, running.lease, { change: { state: 'live' }, verdicts: [] })
    await sql`update environments set live_release_id = ${running.release.id} where id = ${environment.id}`.execute(db)
    expect((await claimRelease(db, environment.id, 'me'))?.release).toMatchObject({ id: asked.id, sha: shaOf('2') })
  })

  it('goes on in a paused environment, where commits wait', async () => {
    const { environment, push, goLive, ask } = await fresh()
    await push('1')
    await goLive()
    await push('2')
    await sql`update environments set paused_at = now(), paused_by = 'ada' where id = ${environment.id}`.execute(db)
    expect(await claimRelease(db, environment.id, 'me')).toBeUndefined()
    const asked = await ask({ restart: ['api'] })
    expect((await claimRelease(db, environment.id, 'me'))?.release.id).toBe(asked.id)
  })

  it('is refused where nothing was ever released', async () => {
    const { ask } = await fresh()
    await expect(ask()).rejects.toMatchObject({ code: 'state_conflict' })
  })
})

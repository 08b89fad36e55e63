// What was given up, on real PostgreSQL and real HTTP: seen, tried again, and gone from the list.
import { expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { claimRelease, endRelease } from '../../src/store/leases.ts'
import { putOutbox } from '../../src/store/outbox.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { adminToken } from '../support/kyozo.ts'
import { serveHere } from '../support/served.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

const kyozo = await serveHere()
const { db, teamId } = kyozo
const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/vnd.api+json' }

interface Letters {
  readonly data: readonly { readonly id: string; readonly attributes: Readonly<Record<string, unknown>> }[]
}

async function letters(): Promise<Letters['data']> {
  const answer = await fetch(`${kyozo.url}/api/v1/dead_letters`, { headers })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as Letters).data
}

const retry = (id: string) => fetch(`${kyozo.url}/api/v1/dead_letters/${id}/retry`, { method: 'POST', headers })

it('a release that used up its tries is listed until it is tried again, with a release of its own', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  const place = {
    teamId,
    workspaceId: workspace.id,
    environmentId: environment.id,
    ref: environment.ref,
    sha: shaOf('d'),
    triggeredBy: 'ada',
  }
  await queueRelease(db, place)
  const { lease, release } = (await claimRelease(db, environment.id, 'me'))!
  const change = { state: 'failed' as const, errorCode: 'repository_unreachable', reason: 'the Git host did not answer' }
  await endRelease(db, lease, { change, verdicts: [] })
  expect((await letters()).map(({ id, attributes: { kind, subject, reason, tries } }) => ({ id, kind, subject, reason, tries }))).toEqual([
    { id: release.id, kind: 'release', subject: 'refs/heads/main ddddddd', reason: 'the Git host did not answer', tries: 1 },
  ])
  const metrics = await (await fetch(`${kyozo.url}/metrics`, { headers })).text()
  expect(metrics).toContain('kyozo_dead_letters{of="release"} 1')
  expect((await retry(release.id)).status).toBeLessThan(300)
  expect(await letters()).toEqual([])
  const again = await db
    .selectFrom('releases')
    .selectAll()
    .where('environmentId', '=', environment.id)
    .where('state', '=', 'queued')
    .execute()
  expect(again).toMatchObject([{ sha: shaOf('d'), attempt: 0 }])
  expect((await retry(release.id)).status).toBe(404)
  const trail = await db.selectFrom('auditEvents').select(['action', 'subjectId']).where('action', '=', 'dead_letters.retry').execute()
  expect(trail).toEqual([{ action: 'dead_letters.retry', subjectId: release.id }])
})

it('a commit that could not be fetched since a token ran out is tried again when a person has mended that', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  const place = { teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref, triggeredBy: 'ada' }
  await queueRelease(db, { ...place, sha: shaOf('f') })
  const { lease, release } = (await claimRelease(db, environment.id, 'me'))!
  const change = { state: 'failed' as const, errorCode: 'repository_unauthorized', reason: 'the host refuses the token' }
  await endRelease(db, lease, { change, verdicts: [] })
  expect((await letters()).map(({ id }) => id)).toEqual([release.id])
  expect((await retry(release.id)).status).toBeLessThan(300)
  expect(await letters()).toEqual([])
})

it('a commit that failed by its own fault is nobody’s dead letter', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  const place = {
    teamId,
    workspaceId: workspace.id,
    environmentId: environment.id,
    ref: environment.ref,
    sha: shaOf('e'),
    triggeredBy: 'ada',
  }
  await queueRelease(db, place)
  const { lease } = (await claimRelease(db, environment.id, 'me'))!
  await endRelease(db, lease, { change: { state: 'failed', errorCode: 'build_failed', reason: 'api did not build' }, verdicts: [] })
  expect(await letters()).toEqual([])
})

it('an operation and a status that were given up are tried again as they are', async () => {
  const operation = newId()
  await db
    .insertInto('operations')
    .values({
      id: operation,
      teamId,
      kind: 'deploy_workspace',
      state: 'failed',
      requestedBy: 'ada',
      errorCode: 'internal',
      errorMessage: 'something went wrong inside kyozo',
      attempt: 5,
      finishedAt: new Date(),
    })
    .execute()
  await putOutbox(db, [{ teamId, kind: 'status', connection: 'github', target: 'a sha and its context', payload: {} }])
  const message = await db
    .updateTable('outbox')
    .set({ attempts: 9, droppedAt: new Date(), lastError: 'GitHub answered 404: no such repository' })
    .returning('id')
    .executeTakeFirstOrThrow()
  expect(
    (await letters())
      .map(({ id, attributes: { kind, reason, tries } }) => ({ id, kind, reason, tries }))
      .toSorted((a, b) => (a.tries as number) - (b.tries as number)),
  ).toEqual([
    { id: operation, kind: 'operation', reason: 'something went wrong inside kyozo', tries: 5 },
    { id: message.id, kind: 'status', reason: 'GitHub answered 404: no such repository', tries: 9 },
  ])
  for (const id of [operation, message.id]) expect((await retry(id)).status).toBeLessThan(300)
  expect(await letters()).toEqual([])
  expect(await db.selectFrom('operations').select(['state', 'attempt', 'errorCode']).where('id', '=', operation).execute()).toEqual([
    { state: 'queued', attempt: 0, errorCode: null },
  ])
  expect(await db.selectFrom('outbox').select(['attempts', 'droppedAt', 'lastError']).where('id', '=', message.id).execute()).toEqual([
    { attempts: 0, droppedAt: null, lastError: null },
  ])
})

// Where a Git host is told how services do between releases: beside the newest commit that went well, and whoever stands for it.
import { expect, it } from 'vitest'
import type { CommitStatus } from '../../src/forge/messages.ts'
import { tellCovered } from '../../src/pipeline/commit-back/own.ts'
import { isIll } from '../../src/pipeline/ill-services.ts'
import { reportRelease } from '../../src/pipeline/report.ts'
import { reportHealth, reportStanding } from '../../src/pipeline/report-health.ts'
import { rememberCommit } from '../../src/store/compose-files.ts'
import { putEnvironment } from '../../src/store/environments.ts'
import { queueRelease, type Release, type ReleaseVerdict } from '../../src/store/releases.ts'
import { releaseThatRuns } from '../../src/store/running-commit.ts'
import { putServiceInstance } from '../../src/store/service-instances.ts'
import type { ReleaseOptions } from '../../src/store/tables/git.ts'
import { createWorkspace } from '../../src/store/workspaces.ts'
import { shaOf, team } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'

const { db } = await testDatabase()
const baseUrl = 'https://kyozo.example'
const now = new Date('2026-03-01T14:02:59Z')
const [code, docs, own, proposed] = [shaOf('a'), shaOf('b'), shaOf('c'), shaOf('d')]
let repositories = 0

async function shop() {
  const repositoryId = String(++repositories)
  const teamId = await team(db)
  const workspace = await createWorkspace(db, {
    ...{
      teamId,
      name: `told-${repositoryId}`,
      forge: 'github',
      connection: 'main',
      repositoryId,
      repositoryName: `mona/told-${repositoryId}`,
    },
    ...{ repositoryUrl: 'https://github.com/mona/told.git', defaultBranch: 'main' },
  })
  const environment = await putEnvironment(db, workspace, { name: 'production', ref: 'refs/heads/main' })
  const place = { teamId, workspaceId: workspace.id, environmentId: environment.id }
  const release = async (sha: string, state: Release['state'], options: ReleaseOptions = {}) => {
    const { release: queued } = await queueRelease(db, { ...place, ref: environment.ref, sha, triggeredBy: 'ada', triggeredById: null })
    const change = { state, options: JSON.stringify(options) }
    return db.updateTable('releases').set(change).where('id', '=', queued.id).returningAll().executeTakeFirstOrThrow()
  }
  const report = (of: Release, verdicts: readonly ReleaseVerdict[]) =>
    reportRelease(db, { workspace, environment, release: of, verdicts }, baseUrl)
  const service = (name: string, reason: string | null) =>
    putServiceInstance(
      db,
      { ...place, name, folderPath: name, serviceType: 'nodejs' },
      { change: { status: 'running', healthStatus: reason === null ? 'healthy' : 'unhealthy', statusReason: reason, deployedAt: now } },
    )
  /** What was told since it was asked last: which commit, in which context. */
  let seen = 0
  const told = async () => {
    const rows = await db
      .selectFrom('outbox')
      .select('payload')
      .where('teamId', '=', teamId)
      .where('kind', '=', 'status')
      .orderBy('sequence')
      .execute()
    const fresh = rows.slice(seen)
    seen = rows.length
    return fresh.map(({ payload }) => {
      const { sha, context, state, description } = payload as CommitStatus
      return `${sha[0]} ${context} ${state}: ${description}`
    })
  }
  return { workspace, environment, place, release, report, service, told }
}

const falls = { service: 'api', status: 'unhealthy', reason: 'GET /healthz answered 503 (3 of 3)' } as const
const unchanged = (service: string): ReleaseVerdict => ({ service, kind: 'unchanged', words: 'unchanged' })

it('a service that falls ill is red beside the newest commit, which changed only its documentation', async () => {
  const { workspace, environment, release, told } = await shop()
  await release(code, 'live')
  await release(docs, 'unchanged')
  await reportHealth(db, { workspace, environment, changes: [falls], now }, baseUrl)
  await reportStanding(db, { workspace, environment, service: 'web', words: 'stays up again', isWell: true }, baseUrl)
  expect(await told()).toEqual([
    'b kyozo/production/api failure: api is unhealthy since 14:02 UTC: GET /healthz answered 503 (3 of 3)',
    'b kyozo/production/web success: web stays up again',
  ])
  // A restart is of the commit whose containers run, and the newest one stays the newest.
  await release(code, 'live', { ofLive: true })
  expect((await releaseThatRuns(db, environment.id))?.sha).toBe(docs)
  await release(code, 'live', { rollbackTo: 'x' })
  expect((await releaseThatRuns(db, environment.id))?.sha).toBe(code)
  await release(docs, 'failed')
  expect((await releaseThatRuns(db, environment.id))?.sha).toBe(code)
})

it('nothing is told before anything went well, and nothing where nothing changed', async () => {
  const { workspace, environment, release, told } = await shop()
  await release(code, 'failed')
  await reportHealth(db, { workspace, environment, changes: [falls], now }, baseUrl)
  await release(code, 'live')
  await reportHealth(db, { workspace, environment, changes: [], now }, baseUrl)
  expect(await told()).toEqual([])
})

it('it is red beside kyozo’s own commit as well, which is the tip of the branch, and not beside what is only proposed', async () => {
  const { workspace, environment, place, release, service, told } = await shop()
  const latest = await release(code, 'live')
  for (const sha of [own, proposed])
    await rememberCommit(db, place, { sha, released: code, saysWhatRuns: true, proposedInto: ['refs/heads/main'] })
  await service('web', 'its container ended with code 1')
  await tellCovered(db, { workspace, environment, latest, sha: own }, baseUrl)
  expect(await told()).toEqual([
    "c kyozo/production success: ccccccc is kyozo's own commit: its compose.kyozo.yaml says what aaaaaaa runs",
    'c kyozo/production/web failure: web is unhealthy, as it was before this commit: its container ended with code 1',
  ])
  await reportHealth(db, { workspace, environment, changes: [{ ...falls, status: 'healthy', reason: null }], now }, baseUrl)
  expect(await told()).toEqual(['a', 'c'].map((sha) => `${sha} kyozo/production/api success: api is healthy again since 14:02 UTC`))
})

it('a release that leaves an ill service alone says so beside its own commit', async () => {
  const { release, report, service, told } = await shop()
  await service('api', falls.reason)
  await service('web', null)
  const before = await release(code, 'live')
  await report(before, [{ service: 'web', kind: 'live', words: 'live after 1.0 s' }, unchanged('api')])
  expect(await told()).toEqual([
    'a kyozo/production/web success: live after 1.0 s',
    'a kyozo/production success: 1 live, 1 unchanged',
    'a kyozo/production/api failure: api is unhealthy, as it was before this commit: GET /healthz answered 503 (3 of 3)',
  ])
  await report(await release(docs, 'unchanged'), [unchanged('api'), unchanged('web')])
  expect(await told()).toEqual([
    'b kyozo/production success: 2 unchanged',
    'b kyozo/production/api failure: api is unhealthy, as it was before this commit: GET /healthz answered 503 (3 of 3)',
  ])
  // A restart of another service is of a commit that says so already, and one that failed tells of itself.
  await report(await release(code, 'live', { ofLive: true }), [unchanged('api')])
  await report({ ...(await release(docs, 'failed')), reason: 'web crashed' }, [unchanged('api')])
  expect((await told()).filter((line) => line.includes('/api'))).toEqual([])
})

it('is ill what is meant to run and does not answer, and not what rests or was not looked at', () => {
  const ill = { desiredState: 'running', deployedAt: now, status: 'running', healthStatus: 'unhealthy' } as const
  expect([isIll(ill), isIll({ ...ill, status: 'error', healthStatus: 'unknown' })]).toEqual([true, true])
  for (const other of [{ desiredState: 'stopped' }, { deployedAt: null }, { status: 'deploying' }, { healthStatus: 'unknown' }] as const)
    expect(isIll({ ...ill, ...other })).toBe(false)
})

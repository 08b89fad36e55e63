// Forks of all teams share ten places: who looks at several pull requests at the same time gives the last one to one of them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createMirrors } from '../../../src/git/mirror.ts'
import type { Kyozo } from '../../../src/pipeline/kyozo.ts'
import { followPullRequest } from '../../../src/pipeline/pull-requests/follow.ts'
import { previewIsGone } from '../../../src/pipeline/pull-requests/gone.ts'
import { lookAgain } from '../../../src/pipeline/pull-requests/look-again.ts'
import { forksAtOnce } from '../../../src/release/preview.ts'
import { dropEnvironment } from '../../../src/store/environments.ts'
import { inSeconds } from '../../../src/store/instance.ts'
import { changePullRequest } from '../../../src/store/pull-requests.ts'
import { testDatabase } from '../../support/database.ts'
import { createRepository } from '../../support/repository.ts'
import { forked, kyozoAt } from './forked.ts'

const { db } = await testDatabase()
const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-places-'))
const repository = await createRepository({ files: { 'README.md': 'shop\n' } })
afterAll(async () => {
  await repository.remove()
  await rm(folder, { recursive: true, force: true })
})

const mirrors = createMirrors(folder)
const connections = { client: () => undefined, find: () => undefined }
const kyozo: Kyozo = { ...kyozoAt(db, 'a'), mirrors, connections, templates: [] } as unknown as Kyozo
const headSha = (await repository.git('rev-parse', 'HEAD')).output.trim()

/** A fork whose head somebody has approved, and that has no preview yet. */
async function approved() {
  const fork = await forked(db)
  const { id } = await fork.environment()
  await fork.note({ headSha })
  await fork.approve()
  await dropEnvironment(db, id)
  const gitDir = await mirrors.folderOf(fork.workspace.id)
  await repository.git('push', gitDir, 'HEAD:refs/heads/main', 'HEAD:refs/pull/7/head')
  const look = async () => {
    const request = { kind: 'follow_pull_request', environmentId: null, input: { pull_request_id: (await fork.now()).id } }
    return (await fork.carryOut(followPullRequest, { request, kyozo })).words
  }
  return { ...fork, look }
}

it('the last place that forks have is given to one of those that are looked at together, and the next to one that waits', async () => {
  const running = await Promise.all(Array.from({ length: forksAtOnce.together - 1 }, () => forked(db)))
  const waiting = await Promise.all(Array.from({ length: 4 }, approved))
  const full = `no preview of ${headSha.slice(0, 7)}: this kyozo runs 10 previews of forks at once, of all repositories together; this one is made when one of them goes`
  const queued = `release of ${headSha.slice(0, 7)} to pr-7 queued`
  const words = await Promise.all(waiting.map(({ look }) => look()))
  expect(words.toSorted()).toEqual([full, full, full, queued])

  const pullRequest = await running[0]!.now()
  await dropEnvironment(db, pullRequest.environmentId!)
  const gone = { workspace: running[0]!.workspace, pullRequest, by: 'ada', isAsked: false }
  await db.transaction().execute((trx) => previewIsGone(kyozo, trx, { ...gone, pullRequest: { ...pullRequest, state: 'merged' } }))
  const held = waiting.filter((_, index) => words[index] === full)
  const woken = db.selectFrom('operations').select('requestedBy').where('kind', '=', 'follow_pull_request').where('state', '=', 'queued')
  expect(await woken.execute()).toEqual(held.map(() => ({ requestedBy: 'kyozo' })))
  const again = await Promise.all(held.map(({ look }) => look()))
  expect(again.toSorted()).toEqual([full, full, queued])
})

it('one that waits for a place is looked at every hour, and asks for an approval again when its own is over', async () => {
  const running = await Promise.all(Array.from({ length: forksAtOnce.together }, () => forked(db)))
  const fork = await approved()
  await db.updateTable('workspaces').set({ connection: 'main' }).where('id', '=', fork.workspace.id).execute()
  expect(await fork.look()).toContain('this one is made when one of them goes')
  const { id } = await fork.now()
  const later = async (minutes: number) => {
    await db
      .updateTable('pullRequests')
      .set({ lookedAt: inSeconds(-60 * minutes) })
      .where('id', '=', id)
      .execute()
    return lookAgain(kyozo)
  }
  expect(await later(59)).toBe(0)
  expect(await later(61)).toBe(1)
  expect(await fork.look()).toContain('this one is made when one of them goes')
  await changePullRequest(db, id, { approvedAt: inSeconds(-24 * 3_600) })
  await db
    .updateTable('operations')
    .set({ state: 'succeeded', finishedAt: inSeconds(0) })
    .where('workspaceId', '=', fork.workspace.id)
    .execute()
  expect(await later(61)).toBe(1)
  expect(await fork.look()).toContain(
    `it comes from a fork, so nothing of ${headSha.slice(0, 7)} is built or run before somebody who may write approves`,
  )
  expect(await fork.now()).toMatchObject({ held: 'approval' })
  expect(await later(1_000)).toBe(0)
  for (const one of running) await dropEnvironment(db, (await one.environment()).id)
})

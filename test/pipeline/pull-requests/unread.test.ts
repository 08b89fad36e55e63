// Heads that nobody could look at, since their Git host was away or refused: each gets a status, and is looked at again without anybody's doing. Git and
// its host are real but for the host's moods, and so is PostgreSQL.
import { afterEach, expect, it, vi } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { receivePush } from '../../../src/pipeline/decide-delivery.ts'
import { workOperation } from '../../../src/pipeline/operations/work.ts'
import { heldUnread } from '../../../src/pipeline/pull-requests/unread.ts'
import { changeWorkspace } from '../../../src/store/intents.ts'
import { findOperation } from '../../../src/store/operations.ts'
import { changePullRequest } from '../../../src/store/pull-requests.ts'
import { findWorkspace } from '../../../src/store/workspaces.ts'
import { shaOf } from '../../store/rows.ts'
import { pulledShops } from './pulled-shops.ts'

vi.setConfig({ testTimeout: 60_000 })

const { db, kyozo, github, shop, gitAnswers, back, later } = await pulledShops()

afterEach(() => back())

it('a head that was pushed while Git of its host was away gets a status and a plan, and its preview by itself when that is back', async () => {
  const { id, follow, workToEnd, known, beside } = await shop('away')
  gitAnswers(503)
  await follow()
  expect(await workToEnd()).toEqual({ state: 'failed', attempt: 5 })
  expect(await known()).toMatchObject({
    held: 'failed',
    reviewSha: null,
    heldReason: expect.stringMatching(/^kyozo could not look at it .* returned error: 503; kyozo tries again by itself; check the host/s),
  })
  const words = 'kyozo could not look at it and tries again by itself, or at once with /kyozo plan: fetching refs'
  expect(await beside()).toEqual({
    'kyozo/preview': expect.stringContaining(`failure: No preview: ${words}`),
    'kyozo/plan': expect.stringContaining(`failure: No plan: ${words}`),
  })
  expect(await later(id, 4)).toBe(0)
  back()
  expect(await later(id, 6)).toBe(1)
  expect(await workToEnd()).toEqual({ state: 'succeeded', attempt: 1 })
  expect(await known()).toMatchObject({ held: null, environmentId: expect.any(String) })
  expect(await beside()).toEqual({
    'kyozo/preview': expect.stringMatching(/^pending: /),
    'kyozo/plan': expect.stringMatching(/^neutral|^success/),
  })
  expect(await later(id, 1_000)).toBe(0)
  expect(github.problems()).toEqual([])
})

it('what was decided of a commit stands although its host is away, or refuses, and is looked at again when that is over', async () => {
  const { id, follow, workToEnd, known, beside } = await shop('decided')
  await follow()
  await workToEnd()
  const [before, told] = [await known(), await beside()]
  expect(before.held).toBeNull()
  for (const [status, state] of [
    [503, 'failed'],
    [403, 'succeeded'],
  ] as const) {
    gitAnswers(status)
    await follow()
    expect(await workToEnd()).toMatchObject({ state })
    back()
    expect([(await known()).held, await beside()]).toEqual([null, told])
    expect(await later(id, 61)).toBe(1)
    await workToEnd()
    expect(await later(id, 1_000)).toBe(0)
  }
})

it('a draft that was made ready while Git of its host was away gets its preview by itself', async () => {
  const { id, pull, repository, hear, follow, workToEnd, known, beside } = await shop('ready')
  await repository.push({ change: { files: { 'kyozo.yaml': 'commit_back: off\npreviews: {drafts: false}\n' } } })
  await pull.toDraft()
  await hear()
  await follow()
  await workToEnd()
  expect(await known()).toMatchObject({ held: 'draft' })
  gitAnswers(503)
  await pull.toReady()
  await hear()
  await follow()
  expect(await workToEnd()).toMatchObject({ state: 'failed' })
  expect(await known()).toMatchObject({ held: 'draft' })
  back()
  expect(await later(id, 61)).toBe(1)
  await workToEnd()
  expect(await known()).toMatchObject({ held: null, environmentId: expect.any(String) })
  expect(await beside()).toMatchObject({ 'kyozo/preview': expect.stringMatching(/^pending: /) })
})

it('a host that refuses for a moment holds nothing up, and nobody is told of it', async () => {
  const { follow, workToEnd, known, beside } = await shop('refusing')
  gitAnswers(404, 1)
  await follow()
  expect(await workToEnd()).toEqual({ state: 'succeeded', attempt: 2 })
  expect((await known()).held).toBeNull()
  expect(await beside()).toMatchObject({ 'kyozo/preview': expect.stringMatching(/^pending: /) })
})

it('a preview that somebody asked for while the host was away is made when that is back, also where one was removed', async () => {
  const { id, follow, workToEnd, known } = await shop('asked')
  await follow()
  await workToEnd()
  await changePullRequest(db, id, { held: 'destroyed', heldReason: 'ada removed it', heldSha: (await known()).headSha })
  gitAnswers(503)
  await follow()
  expect(await workToEnd()).toMatchObject({ state: 'failed' })
  expect((await known()).held).toBe('destroyed')
  await follow(true)
  expect(await workToEnd()).toMatchObject({ state: 'failed' })
  expect(await known()).toMatchObject({ held: 'failed', askedBy: 'ada' })
  back()
  expect(await later(id, 61)).toBe(1)
  await workToEnd()
  expect((await known()).held).toBeNull()
})

it('a commit that is live is shown as that again when what rules its preview can be read again', async () => {
  const { follow, workToEnd, known, beside, repository } = await shop('ruled')
  await follow()
  await workToEnd()
  const { environmentId } = await known()
  await db.updateTable('releases').set({ state: 'live' }).where('environmentId', '=', environmentId).execute()
  await repository.push({ change: { files: { 'kyozo.yaml': 'previews: [' } } })
  await follow()
  await workToEnd()
  expect((await beside())['kyozo/preview']).toMatch(/^failure: No preview: kyozo.yaml/)
  await repository.push({ change: { files: { 'kyozo.yaml': 'commit_back: off\n' } } })
  await follow()
  await workToEnd()
  expect((await beside())['kyozo/preview']).toMatch(/^success: /)
})

it.each([403, 503])(
  'what keeps answering %i is told once, however often somebody looks, and again only when that is forgotten',
  async (status) => {
    const { id, workspace, follow, workToEnd, known } = await shop(`told-${status}`)
    const told = async () => (await db.selectFrom('outbox').select('id').where('teamId', '=', workspace.teamId).execute()).length
    gitAnswers(status)
    await follow()
    await workToEnd()
    const before = { told: await told(), revision: (await known()).revision }
    expect(before.told).toBe(3)
    for (let look = 0; look < 2; look++) {
      expect(await later(id, 61)).toBe(1)
      await workToEnd()
      expect({ told: await told(), revision: (await known()).revision }).toEqual(before)
    }
    await db.deleteFrom('outbox').where('teamId', '=', workspace.teamId).execute()
    expect(await later(id, 61)).toBe(1)
    await workToEnd()
    expect(await told()).toBe(3)
  },
)

it('what is wrong with a kyozo.yaml is looked at again when somebody pushes, released or not, and not by the clock', async () => {
  const { id, workspace, follow, workToEnd, beside, repository } = await shop('slip')
  await repository.push({ change: { files: { 'kyozo.yaml': 'previews: [' } } })
  await follow()
  await workToEnd()
  expect((await beside())['kyozo/preview']).toMatch(/^failure: No preview: kyozo.yaml/)
  expect(await later(id, 1_000)).toBe(0)
  await changeWorkspace(db, workspace.id, { autoDeployEnabled: false })
  const push = async (ref: string) => {
    const pushed = { workspace: (await findWorkspace(db, workspace.id))!, ref, sha: shaOf('d'), isDeletion: false, pusher: 'ada' }
    const delivery = {
      forge: 'github',
      connection: 'main',
      deliveryId: newId(),
      event: 'push',
      headers: {},
      body: Buffer.from(ref),
    } as const
    await receivePush({ ...kyozo, baseUrl: kyozo.config.baseUrl, teamId: workspace.teamId }, delivery, pushed)
    const open = db.selectFrom('operations').select('requestedBy').where('workspaceId', '=', workspace.id).where('finishedAt', 'is', null)
    return open.where('kind', '=', 'follow_pull_request').execute()
  }
  expect(await push('refs/heads/other')).toEqual([])
  await repository.push({ change: { files: { 'kyozo.yaml': 'commit_back: off\n' } } })
  expect(await push('refs/heads/main')).toEqual([{ requestedBy: 'ada' }])
  await workToEnd()
  expect((await beside())['kyozo/preview']).toMatch(/^success: No preview: automatic deploys are off/)
})

it('a head whose pull request ended while nobody could look at it is not left without a status', async () => {
  const { follow, known, beside, hear, pull, workToEnd } = await shop('ended')
  const operation = await follow()
  await pull.close()
  await hear()
  // As often as kyozo itself may go down with it.
  await db.updateTable('operations').set({ attempt: 5 }).where('id', '=', operation).execute()
  expect(await workToEnd()).toMatchObject({ state: 'failed' })
  expect(await known()).toMatchObject({ state: 'closed', held: null })
  expect(await beside()).toEqual({ 'kyozo/preview': 'success: No preview: pull request 1 was closed' })
})

it('who looks at the same pull request next says how that ends', async () => {
  const { follow, known, beside, workToEnd } = await shop('overtaken')
  gitAnswers(503)
  const first = await follow()
  await db.updateTable('operations').set({ attempt: 4, state: 'running' }).where('id', '=', first).execute()
  expect(await follow()).not.toBe(first)
  await workOperation(first, kyozo)
  expect(await findOperation(db, first)).toMatchObject({ state: 'failed', attempt: 5 })
  expect([(await known()).held, await beside()]).toEqual([null, {}])
  back()
  expect(await workToEnd()).toEqual({ state: 'succeeded', attempt: 1 })
})

it('is held as failed unless that would take back what a person, or kyozo, decided', () => {
  const [head, former] = [shaOf('b'), shaOf('a')]
  const heldOf = (known: Partial<Parameters<typeof heldUnread>[0]>, unread: Partial<Parameters<typeof heldUnread>[1]> = {}) =>
    heldUnread(
      { headSha: head, reviewSha: former, held: null, heldSha: null, ...known },
      { words: 'the host is away', isAsked: false, isPassing: true, ...unread },
    )?.held
  expect(heldOf({})).toBe('failed')
  expect(heldOf({ reviewSha: head })).toBeUndefined()
  expect(heldOf({ reviewSha: head }, { isPassing: false })).toBe('failed')
  expect(heldOf({ reviewSha: head, held: 'failed', heldSha: head })).toBe('failed')
  expect(heldOf({ held: 'destroyed', heldSha: former }, { isPassing: false })).toBeUndefined()
  expect(heldOf({ held: 'destroyed', heldSha: former }, { isAsked: true })).toBe('failed')
  for (const held of ['expired', 'evicted'] as const) {
    expect(heldOf({ held, heldSha: head })).toBeUndefined()
    expect(heldOf({ held, heldSha: former })).toBe('failed')
  }
})

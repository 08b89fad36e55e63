// What of a fork may begin, and by which approval: on real PostgreSQL, with a repository that has one tip.
import { expect, it } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import { openAttempt } from '../../../src/pipeline/attempt.ts'
import { endWithoutGoingLive } from '../../../src/pipeline/end.ts'
import { deployEnvironmentTip, resumeEnvironment } from '../../../src/pipeline/operations/environments.ts'
import { commandPullRequest } from '../../../src/pipeline/pull-requests/command.ts'
import { pullRequestMessages } from '../../../src/pipeline/pull-requests/comment.ts'
import { decideOn } from '../../../src/pipeline/pull-requests/decide-on.ts'
import { assertStillWanted } from '../../../src/pipeline/pull-requests/ground.ts'
import type { ReadPullRequest } from '../../../src/pipeline/pull-requests/read.ts'
import { MovedOn } from '../../../src/pipeline/source.ts'
import { askRelease } from '../../../src/store/asked-releases.ts'
import { inSeconds } from '../../../src/store/instance.ts'
import { claimRelease } from '../../../src/store/leases.ts'
import { changePullRequest, letPreviewLive } from '../../../src/store/pull-requests.ts'
import type { ReleaseOptions } from '../../../src/store/tables/git.ts'
import { previewRules } from '../../../src/topology/declaration/preview-rules.ts'
import { shaOf } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'
import { forked, kyozoAt } from './forked.ts'

const { db } = await testDatabase()
type Forked = Awaited<ReturnType<typeof forked>>

/** Whether the release that is asked for may run, as it is looked at before anything is built. */
async function asked(fork: Forked, options: ReleaseOptions): Promise<string> {
  const { id } = await fork.environment()
  await askRelease(db, { environmentId: id, options, triggeredBy: 'ada', triggeredById: null })
  const { release } = (await claimRelease(db, id, 'me'))!
  const refused = await assertStillWanted({ environment: await fork.environment(), release }, db).catch((error: Error) => error)
  await db.updateTable('releases').set({ state: 'failed' }).where('id', '=', release.id).execute()
  return `${release.sha.slice(0, 7)} ${refused === undefined ? 'runs' : refused.message}`
}

const openReleases = async (fork: Forked) => {
  const { id } = await fork.environment()
  return db.selectFrom('releases').select('sha').where('environmentId', '=', id).where('state', '=', 'queued').execute()
}

it('a commit of a fork that nobody approved does not run by a restart, a start or other settings of a service while nothing is live', async () => {
  const fork = await forked(db)
  await fork.approve()
  await fork.release('a', 'failed')
  await fork.note({ headSha: shaOf('b') })
  await fork.release('b', 'failed')
  for (const options of [{ restart: ['web'] }, { redeploy: ['web'] }, { analyze: true as const }, {}])
    expect(await asked(fork, options)).toBe('bbbbbbb bbbbbbb comes from a fork and is not approved')
})

it('what was approved and is live is started again whatever was pushed since, and analyzed anew only while the approval holds', async () => {
  const fork = await forked(db)
  await fork.approve()
  await fork.release('a', 'live')
  await fork.note({ headSha: shaOf('b') })
  expect(await asked(fork, { restart: ['web'] })).toBe('aaaaaaa runs')
  expect(await asked(fork, { analyze: true })).toBe('aaaaaaa runs')
  // Its kyozo.yaml may give forks what that of the former base did not.
  await fork.note({ headSha: shaOf('b'), baseRef: 'refs/heads/partner' })
  expect(await asked(fork, { restart: ['web'] })).toBe('aaaaaaa runs')
  expect(await asked(fork, { analyze: true })).toBe('aaaaaaa aaaaaaa comes from a fork and is not approved')
})

it('going back is to what went live, and to nothing else', async () => {
  const fork = await forked(db)
  const environment = await fork.environment()
  const live = await fork.release('a', 'live')
  const failed = await fork.release('b', 'failed')
  const back = (rollbackTo: string) =>
    assertStillWanted({ environment, release: { ...live, sha: shaOf('c'), options: { rollbackTo } } }, db)
  await expect(back(live.id)).resolves.toBeUndefined()
  await expect(back(failed.id)).rejects.toThrow('ccccccc comes from a fork and is not approved')
})

it('deploying the preview of a fork, or going on with it, releases no head that nobody approved', async () => {
  const fork = await forked(db)
  await fork.approve()
  await fork.release('a', 'live')
  await fork.note({ headSha: shaOf('b') })
  const kyozo = kyozoAt(db, 'b')
  await expect(fork.carryOut(deployEnvironmentTip, { request: {}, kyozo })).rejects.toMatchObject({
    code: 'state_conflict',
    message: 'bbbbbbb comes from a fork and is not approved',
    hint: `whoever may write comments /kyozo approve ${shaOf('b')}; an approval is for one commit and one base branch, and lasts a day, or as long as previews stay`,
  })
  expect((await fork.carryOut(resumeEnvironment, { request: { kind: 'resume_environment' }, kyozo })).outcome).toEqual({
    kind: 'done',
    words: 'pr-7 deploys again; bbbbbbb comes from a fork and is not approved',
  })
  expect(await openReleases(fork)).toEqual([])
  await fork.approve()
  await fork.carryOut(deployEnvironmentTip, { request: {}, kyozo })
  expect(await openReleases(fork)).toEqual([{ sha: shaOf('b') }])
})

it('an approved commit that its author pushes over is followed by no release of what they pushed, but by a look at the pull request', async () => {
  for (const isApproved of [false, true]) {
    const fork = await forked(db)
    await fork.approve()
    const release = await fork.queue('a')
    const kyozo = kyozoAt(db, 'b')
    const attempt = await openAttempt((await claimRelease(db, release.environmentId, 'me'))!, kyozo)
    if (isApproved) {
      await fork.note({ headSha: shaOf('b') })
      await fork.approve()
    }
    const thrown = new MovedOn(shaOf('b'))
    await endWithoutGoingLive(attempt, kyozo, { engine: {} as Engine, thrown, stack: undefined, hasTouchedContainers: false })
    await attempt.close()
    expect(await openReleases(fork)).toEqual(isApproved ? [{ sha: shaOf('b') }] : [])
    const looks = db.selectFrom('operations').select('input').where('workspaceId', '=', fork.workspace.id)
    expect(await looks.execute()).toEqual(isApproved ? [] : [{ input: { pull_request_id: (await fork.now()).id } }])
  }
})

it('an approval is over with the time of the preview that is made by it, whose end the comment names', async () => {
  const fork = await forked(db)
  const { id } = await fork.approve()
  await fork.release('a', 'live')
  const pullRequest = await changePullRequest(db, id, { approvedAt: inSeconds(-7_200) })
  const decided = async (ttlMs: number) => {
    const head = { sha: shaOf('a') }
    const read = { head, ruling: { branch: 'main' }, rules: { ...previewRules({}), ttlMs } } as unknown as ReadPullRequest
    return (await decideOn(db, { workspace: fork.workspace, pullRequest, read, isAsked: true })).decision
  }
  expect(await decided(3 * 3_600_000)).toEqual({ kind: 'deploy' })
  expect(await decided(3_600_000)).toMatchObject({ kind: 'hold', held: 'approval' })

  await letPreviewLive(db, pullRequest.environmentId!, 3 * 3_600)
  const workspace = { ...fork.workspace, forge: 'github', connection: 'main' }
  const [comment] = await pullRequestMessages(db, { workspace, pullRequest, baseUrl: 'https://kyozo.test' })
  const end = new Date(pullRequest.approvedAt!.getTime() + 3 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
  expect((comment!.payload as { readonly body: string }).body).toContain(`goes at ${end} UTC, whoever uses it`)
})

it('a release begins by no approval that is over with the time of previews', async () => {
  const fork = await forked(db)
  const { id } = await fork.approve()
  await fork.release('a', 'failed')
  await changePullRequest(db, id, { approvedAt: inSeconds(-7_200) })
  const { id: environmentId } = await fork.environment()
  const deploy = () => fork.carryOut(deployEnvironmentTip, { request: {}, kyozo: kyozoAt(db, 'a') })
  await letPreviewLive(db, environmentId, 3_600)
  expect(await asked(fork, {})).toBe('aaaaaaa aaaaaaa comes from a fork and is not approved')
  await expect(deploy()).rejects.toThrow('aaaaaaa comes from a fork and is not approved')
  await letPreviewLive(db, environmentId, 3 * 3_600)
  expect(await asked(fork, {})).toBe('aaaaaaa runs')
  await deploy()
  expect(await openReleases(fork)).toEqual([{ sha: shaOf('a') }])
})

const by = { id: '7', login: 'ada' }
const comment = (line: string, written: Date | null = null) => ({ number: 7, line, comment: '1', at: written?.toISOString() ?? null, by })
const label = (pullRequestId: string) => ({ pull_request_id: pullRequestId, command: 'approve', sha: shaOf('a'), by, via: 'label' })

it('who read the plan for another base branch a moment before approves nothing', async () => {
  const fork = await forked(db)
  const kyozo = kyozoAt(db, 'a')
  const told = (input: Readonly<Record<string, unknown>>) =>
    fork.carryOut(commandPullRequest, { request: { kind: 'command_pull_request', input }, kyozo })
  const approval = comment(`/kyozo approve ${shaOf('a')}`)
  const { id } = await fork.note({ baseRef: 'refs/heads/partner' })
  await changePullRequest(db, id, { headSince: inSeconds(-300) })
  const refused = expect.stringMatching(/^a{40} is not approved: it was pointed at another base branch less than a minute before/)
  expect((await told(approval)).words).toEqual(refused)
  expect((await told(label(id))).words).toEqual(refused)
  expect(await fork.now()).toMatchObject({ approvedSha: null, approvedBase: null })

  await changePullRequest(db, id, { retargetedAt: inSeconds(-61) })
  // Heard of late, and written when it was another one.
  expect((await told(comment(approval.line, new Date(Date.now() - 120_000)))).words).toEqual(refused)
  expect((await told({ ...label(id), base_ref: 'refs/heads/main' })).words).toMatch(/is to be merged into another branch by now/)
  expect((await told(approval)).words).toBe(`ada approved ${shaOf('a')}`)
  expect(await fork.now()).toMatchObject({ approvedSha: shaOf('a'), approvedBase: 'refs/heads/partner', approvedBy: 'ada' })
})

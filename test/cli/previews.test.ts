// Approving a commit of a fork from a terminal.
import { beforeAll, expect, it } from 'vitest'
import { type KnownPullRequest, notePullRequest } from '../../src/store/pull-requests.ts'
import { type Scene, scene } from '../api/actions/acting.ts'
import { startApi, type TestApi } from '../support/api.ts'
import { runKyozo } from './run-kyozo.ts'

const headSha = `${'abc1234'.repeat(5)}abc12`
const said: KnownPullRequest = {
  ...{ id: '279147437', number: 7, state: 'open', title: 'Say hello', url: 'https://github.com/acme/shop/pull/7', author: 'mallory' },
  ...{ ref: 'refs/pull/7/head', headSha, headRef: 'refs/heads/hello', baseRef: 'refs/heads/main' },
  ...{ isFork: true, isDraft: false, labels: [], updatedAt: null },
}

let api: TestApi
let ada: Scene
beforeAll(async () => {
  api = await startApi()
  ada = await scene(api)
  await notePullRequest(api.db, ada.workspace, said)
})

const approve = (sha: string, ...options: readonly string[]) =>
  runKyozo(['previews', 'approve', `${ada.workspace.name}/7`, sha, '--server', api.origin, '--no-wait', ...options], {
    env: { KYOZO_TOKEN: ada.token },
  })

const approvedSha = async () =>
  (await api.db.selectFrom('pullRequests').select('approvedSha').where('teamId', '=', ada.teamId).executeTakeFirstOrThrow()).approvedSha

it('takes the whole id of a commit, and gives the command to copy for anything shorter', async () => {
  const place = `${ada.workspace.name}/7`
  expect(await approve('abc1234')).toEqual({
    exitCode: 3,
    stdout: '',
    stderr: `kyozo: "abc1234" is not the whole id of a commit, and another one can begin like it\n  look at the head of ${place}, and then: kyozo previews approve ${place} ${headSha}\n`,
  })
  const elsewhere = await approve(headSha, '--base', 'partner')
  expect(elsewhere.stderr).toContain('it is to be merged into another branch by now')
  expect(await approvedSha()).toBeNull()
  expect(await approve(headSha.toUpperCase(), '--base', 'main')).toMatchObject({ exitCode: 0 })
  expect(await approvedSha()).toBe(headSha)
}, 60_000)

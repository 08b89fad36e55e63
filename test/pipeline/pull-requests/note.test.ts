// What a delivery about a pull request has kyozo do: what it tells holds, whatever else it asks for.
import { afterAll, expect, it } from 'vitest'
import type { PullRequestEvent } from '../../../src/forge/pull-requests.ts'
import { createLog } from '../../../src/log.ts'
import { decidePullRequest } from '../../../src/pipeline/pull-requests/note.ts'
import { openQueue } from '../../../src/queue/queue.ts'
import type { Workspace } from '../../../src/store/workspaces.ts'
import { shaOf, workspaceWithEnvironment } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'

const { db, url } = await testDatabase()
const queue = await openQueue(url, createLog('silent'))
afterAll(() => queue.close())

const noting = { queue, baseUrl: 'http://kyozo.test' }
const sender = { id: '7', login: 'ada' }
const at = (second: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, second))
const said: PullRequestEvent['pullRequest'] = {
  ...{ id: '279147437', number: 7, state: 'open', title: 'Say hello', url: 'https://github.com/acme/shop/pull/7', author: 'mallory' },
  ...{ ref: 'refs/pull/7/head', headSha: shaOf('a'), headRef: 'refs/heads/hello', baseRef: 'refs/heads/main' },
  ...{ isFork: true, isDraft: false, labels: ['kyozo: approve'], updatedAt: at(20) },
}
const labeled: PullRequestEvent = {
  kind: 'pull_request',
  repository: { id: '42', fullName: 'acme/shop', cloneUrl: 'https://github.com/acme/shop.git', defaultBranch: 'main', isPrivate: false },
  ...{ action: 'labeled', pullRequest: said, sender, changedLabels: ['Kyozo: Approve'] },
}

const decide = (workspace: Workspace, event: PullRequestEvent) =>
  db.transaction().execute((trx) => decidePullRequest(noting, trx, { workspace, event }))

const operationsOf = (workspace: Workspace) =>
  db.selectFrom('operations').select(['kind', 'input', 'requestedBy']).where('workspaceId', '=', workspace.id).orderBy('id').execute()

it('a push that is first heard of with the label that approves it is followed as well, whatever comes of the approval', async () => {
  const { workspace } = await workspaceWithEnvironment(db)
  await decide(workspace, { ...labeled, action: 'opened', pullRequest: { ...said, labels: [], updatedAt: at(10) }, changedLabels: [] })
  await db.deleteFrom('operations').where('workspaceId', '=', workspace.id).execute()

  const headSha = shaOf('b')
  const outcome = await decide(workspace, { ...labeled, pullRequest: { ...said, headSha } })
  expect(outcome).toMatchObject({ decision: 'accepted', reason: 'whether ada may approve pull request 7 is looked up' })
  const { id } = await db.selectFrom('pullRequests').select('id').where('workspaceId', '=', workspace.id).executeTakeFirstOrThrow()
  expect(await operationsOf(workspace)).toEqual([
    { kind: 'follow_pull_request', input: { pull_request_id: id }, requestedBy: 'ada' },
    {
      kind: 'command_pull_request',
      input: { pull_request_id: id, command: 'approve', sha: headSha, base_ref: said.baseRef, by: sender, via: 'label' },
      requestedBy: 'ada',
    },
  ])
})

it('a label that is heard of late has nothing done', async () => {
  const { workspace } = await workspaceWithEnvironment(db)
  await decide(workspace, { ...labeled, action: 'opened', pullRequest: { ...said, updatedAt: at(30) }, changedLabels: [] })
  await db.deleteFrom('operations').where('workspaceId', '=', workspace.id).execute()
  expect(await decide(workspace, labeled)).toMatchObject({
    decision: 'ignored',
    reason: 'of pull request 7 something newer is known already',
  })
  expect(await operationsOf(workspace)).toEqual([])
})

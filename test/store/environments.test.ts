import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { putEnvironment } from '../../src/store/environments.ts'
import { createWorkspace, freeWorkspaceName } from '../../src/store/workspaces.ts'
import { testDatabase } from '../support/database.ts'
import { team } from './rows.ts'

let db: Database
let teamId: string
beforeAll(async () => {
  db = (await testDatabase()).db
  teamId = await team(db)
})

const workspace = (name: string) => createWorkspace(db, { teamId, name, forge: 'git' })
const production = { name: 'production', ref: 'refs/heads/main' }

it.each([
  ['containers', 'shop', 'eu-production', 'shop-eu'],
  ['host names', 'tea', 'staging', 'tea-staging'],
])('no two environments share their %s', async (_, first, environment, second) => {
  await putEnvironment(db, await workspace(first), { name: environment, ref: 'refs/heads/other' })
  const other = await workspace(second)
  await expect(putEnvironment(db, other, production)).rejects.toMatchObject({
    code: 'bad_request',
    message: `production of ${second} would share its containers or host names with another environment`,
  })
})

it('a repository whose name is taken by an environment gets another workspace name', async () => {
  await putEnvironment(db, await workspace('web'), { name: 'staging', ref: 'refs/heads/staging' })
  expect(await freeWorkspaceName(db, 'mona/web-staging')).toBe('web-staging-mona')
  expect(await freeWorkspaceName(db, 'acme/team/web-staging')).toBe('web-staging-team')
})

it('an environment follows another branch when it is told to', async () => {
  const mine = await workspace('moves')
  const before = await putEnvironment(db, mine, production)
  const after = await putEnvironment(db, mine, { name: 'production', ref: 'refs/heads/trunk' })
  expect(after).toMatchObject({ id: before.id, ref: 'refs/heads/trunk', project: 'kyozo-moves-production', hostLabel: 'moves' })
})

// Whose kyozo.yaml says what a preview may do: that of a base branch only where somebody who is trusted has an environment run it.
import { expect, it } from 'vitest'
import { isDeclaredAlike, rulingRef, withDeclarationOf } from '../../../src/pipeline/pull-requests/ruling.ts'
import { dropEnvironment, putEnvironment } from '../../../src/store/environments.ts'
import { workspaceWithEnvironment } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'

const { db } = await testDatabase()

it('the default branch rules pull requests into it, whether or not anything runs it yet', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  expect(await rulingRef(db, workspace, 'refs/heads/main')).toBe('refs/heads/main')
  await dropEnvironment(db, environment.id)
  expect(await rulingRef(db, workspace, 'refs/heads/main')).toBe('refs/heads/main')
})

it('another base rules for as long as an environment runs it', async () => {
  const { workspace } = await workspaceWithEnvironment(db)
  const staging = await putEnvironment(db, workspace, { name: 'staging', ref: 'refs/heads/develop' })
  expect(await rulingRef(db, workspace, 'refs/heads/develop')).toBe('refs/heads/develop')
  await dropEnvironment(db, staging.id)
  expect(await rulingRef(db, workspace, 'refs/heads/develop')).toBe('refs/heads/main')
})

it('a branch that somebody pushed a moment ago rules nothing, nor does one that another workspace runs or that is previewed', async () => {
  const [{ workspace }, { workspace: another }] = [await workspaceWithEnvironment(db), await workspaceWithEnvironment(db)]
  await putEnvironment(db, another, { name: 'scratch', ref: 'refs/heads/scratch' })
  await putEnvironment(db, workspace, { name: 'pr-7', ref: 'refs/heads/previewed', preview: { pullRequest: 7, trust: 'preview' } })
  expect(await rulingRef(db, workspace, 'refs/heads/scratch')).toBe('refs/heads/main')
  expect(await rulingRef(db, workspace, 'refs/heads/previewed')).toBe('refs/heads/main')
})

it('a default branch of another name rules in the place of main', async () => {
  const { workspace } = await workspaceWithEnvironment(db)
  expect(await rulingRef(db, { ...workspace, defaultBranch: 'trunk' }, 'refs/heads/scratch')).toBe('refs/heads/trunk')
})

it('a fork is read with the kyozo.yaml of the ruling branch, or with none where that has none', () => {
  const blob = (oid: string) => ({ oid, mode: '100644' as const })
  const listing = (files: Readonly<Record<string, string>>) =>
    ({
      tree: 't',
      entries: new Map(Object.entries(files).map(([path, oid]) => [path, blob(oid)])),
      folders: new Map(),
    }) as unknown as Parameters<typeof withDeclarationOf>[0]
  const oidsOf = ({ entries }: ReturnType<typeof listing>) => Object.fromEntries([...entries].map(([path, { oid }]) => [path, oid]))
  const own = listing({ 'kyozo.yaml': 'theirs', 'server.js': 'code' })
  expect(oidsOf(withDeclarationOf(listing({ 'kyozo.yaml': 'ours' }), own))).toEqual({ 'kyozo.yaml': 'ours', 'server.js': 'code' })
  expect(oidsOf(withDeclarationOf(listing({}), own))).toEqual({ 'server.js': 'code' })
  expect(withDeclarationOf(listing({ 'kyozo.yaml': 'theirs' }), own)).toBe(own)
  expect([isDeclaredAlike(listing({}), listing({})), isDeclaredAlike(listing({}), own)]).toEqual([true, false])
})

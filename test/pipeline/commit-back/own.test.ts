// Pull requests of kyozo's own: which ones they are, and what stands beside their heads, whoever pushed those.
import { expect, it } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import type { ForgeQuestions } from '../../../src/forge/client.ts'
import type { ForgePullRequest } from '../../../src/forge/pull-requests.ts'
import { createLog } from '../../../src/log.ts'
import { hearOfProposal, isNewOfProposal, isOwnProposal, noteForeign } from '../../../src/pipeline/commit-back/own.ts'
import type { Kyozo } from '../../../src/pipeline/kyozo.ts'
import { comparePullRequests } from '../../../src/pipeline/pull-requests/compare.ts'
import { hearOfPullRequest } from '../../../src/pipeline/pull-requests/hear.ts'
import { tellPullRequest } from '../../../src/pipeline/pull-requests/tell.ts'
import { rememberCommit } from '../../../src/store/compose-files.ts'
import { findProposalByNumber, putProposal } from '../../../src/store/compose-proposals.ts'
import { changePullRequest } from '../../../src/store/pull-requests.ts'
import { createWorkspace } from '../../../src/store/workspaces.ts'
import { shaOf, team } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'
import { toldBeside } from '../beside.ts'

const { db } = await testDatabase()
const baseUrl = 'https://kyozo.example'
const [made, pushed, released] = [shaOf('c'), shaOf('d'), shaOf('e')]
let repositories = 0
const kyozo = { db, config: { ...readConfig({}), baseUrl }, log: createLog('silent') } as unknown as Kyozo

const said = (number: number, more: Partial<ForgePullRequest> = {}): ForgePullRequest => ({
  ...{ number, id: `p${number}`, state: 'open', title: 'Add it', url: `https://github.com/p/${number}`, ref: `refs/pull/${number}/head` },
  ...{ headSha: made, headRef: 'refs/heads/kyozo/compose', baseRef: 'refs/heads/main', isFork: false, isDraft: false, author: 'kyozo' },
  ...{ labels: [], updatedAt: null },
  ...more,
})

/** A repository for which kyozo has made a commit, and proposed it, by a pull request where `number` is one. */
async function proposing(number: number | null) {
  const repositoryId = String(++repositories)
  const workspace = await createWorkspace(db, {
    ...{ teamId: await team(db), name: `own-${repositoryId}`, forge: 'github', connection: 'main', repositoryId },
    ...{ repositoryName: `mona/own-${repositoryId}`, repositoryUrl: 'https://github.com/mona/own.git', defaultBranch: 'main' },
  })
  const place = { workspaceId: workspace.id, teamId: workspace.teamId }
  await rememberCommit(db, place, { sha: made, released, saysWhatRuns: true, proposedInto: ['refs/heads/main', 'refs/heads/next'] })
  const proposal = { intoRef: 'refs/heads/main', changeKey: 'k', number, url: null, state: 'open' as const, headSha: made }
  await putProposal(db, { ...place, ...proposal })
  const beside = async (sha: string) => (await toldBeside(db, { repositoryId, sha })).map(([context, words]) => `${context} ${words}`)
  const hear = (one: ForgePullRequest) => hearOfProposal(db, { workspace, said: one }, baseUrl)
  return { workspace, beside, hear }
}

const ownWords = [
  "kyozo/preview success: kyozo's own proposal: it gets no preview and no plan",
  "kyozo/plan success: kyozo's own proposal: it gets no preview and no plan",
]

it('kyozo’s proposal gets the status and the plan that may be required, once however often its host speaks of it', async () => {
  const { workspace, beside, hear } = await proposing(3)
  const labeled = said(3, { labels: ['later'] })
  expect(await isOwnProposal(db, workspace, labeled)).toBe(true)
  await hear(labeled)
  await hear(labeled)
  expect(await beside(made)).toEqual(ownWords)
  expect(await isNewOfProposal(db, { workspace, said: labeled })).toBe(false)
  expect(await hear(said(3, { state: 'merged' }))).toBe(`pull request 3 is kyozo's own proposal, merged: it gets no preview`)
  expect(await beside(made)).toEqual(ownWords)
})

it('is kyozo’s by its commit, and not by its number or the name of its branch', async () => {
  const { workspace } = await proposing(3)
  const isOwn = (one: ForgePullRequest) => isOwnProposal(db, workspace, one)
  expect(await isOwn(said(3))).toBe(true)
  // Told before whoever opened it hears of its number.
  expect(await isOwn(said(4))).toBe(true)
  expect(await isOwn(said(3, { headSha: pushed }))).toBe(false)
  expect(await isOwn(said(5, { headSha: pushed }))).toBe(false)
  expect(await isOwn(said(5, { headRef: 'refs/heads/kyozo/compose-ideas', headSha: pushed }))).toBe(false)
  expect(await isOwn(said(3, { headRef: 'refs/heads/idea' }))).toBe(false)
  expect(await isOwn(said(3, { baseRef: 'refs/heads/production' }))).toBe(false)
  expect(await isOwn(said(3, { isFork: true }))).toBe(false)
})

it('one that a person opened from kyozo’s branch is kyozo’s from then on', async () => {
  const { workspace, beside, hear } = await proposing(null)
  await hear(said(6))
  expect(await findProposalByNumber(db, { workspaceId: workspace.id, number: 6 })).toMatchObject({ state: 'open', headSha: made })
  expect(await beside(made)).toEqual(ownWords)
})

it('stays a pull request like any other once a person has pushed to it, and its end is known all the same', async () => {
  const { workspace } = await proposing(3)
  const theirs = said(3, { headSha: pushed })
  await hearOfPullRequest(db, { workspace, said: theirs }, baseUrl)
  expect(await isOwnProposal(db, workspace, said(3))).toBe(false)
  await noteForeign(db, { workspace, said: { ...theirs, state: 'closed' } })
  expect(await findProposalByNumber(db, { workspaceId: workspace.id, number: 3 })).toMatchObject({ state: 'closed', headSha: pushed })
})

it('a stranger’s pull request of the same commit says nothing beside it before the proposal is over', async () => {
  const { workspace, beside, hear } = await proposing(3)
  await hear(said(3))
  const { pullRequest } = await hearOfPullRequest(db, { workspace, said: said(7, { isFork: true, headRef: 'refs/heads/x' }) }, baseUrl)
  await changePullRequest(db, pullRequest.id, { held: 'approval', heldReason: 'it comes from a fork', heldSha: made })
  await tellPullRequest(db, { workspace, pullRequestId: pullRequest.id }, baseUrl)
  expect(await beside(made)).toEqual(ownWords)
  await hear(said(3, { state: 'closed' }))
  expect(await beside(made)).toEqual([...ownWords, 'kyozo/preview failure: No preview: it comes from a fork'])
})

it('what nobody told of a proposal is found by comparing with its host: another commit of kyozo’s, and its end', async () => {
  const { workspace, beside } = await proposing(3)
  const place = { workspaceId: workspace.id, teamId: workspace.teamId }
  const other = { intoRef: 'refs/heads/next', changeKey: 'k', number: 4, url: null, state: 'open' as const, headSha: made }
  await putProposal(db, { ...place, ...other })
  const again = shaOf('b')
  await rememberCommit(db, place, { sha: again, released, saysWhatRuns: true, proposedInto: ['refs/heads/main', 'refs/heads/next'] })
  const merged = said(4, { headRef: 'refs/heads/kyozo/compose-next', baseRef: 'refs/heads/next', state: 'merged' })
  const ask = {
    listPullRequests: async () => [said(3, { headSha: again })],
    findPullRequest: async (_: unknown, number: number) => [merged].find((one) => one.number === number),
  } as unknown as ForgeQuestions
  const compare = () => comparePullRequests(kyozo, { workspace, ask, signal: new AbortController().signal })
  const { found } = await compare()
  expect(found.map(({ words }) => words)).toEqual([
    "seen in the host’s list: pull request 3 is kyozo's own proposal, open: it gets no preview",
    "seen in the host’s list: pull request 4 is kyozo's own proposal, merged: it gets no preview",
  ])
  expect(await beside(again)).toEqual(ownWords)
  expect(await findProposalByNumber(db, { workspaceId: workspace.id, number: 4 })).toMatchObject({ state: 'merged' })
  expect(await compare()).toEqual({ compared: 1, found: [] })
})

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ForgeDeployment, SendOptions } from '../../../src/forge/messages.ts'
import { openScene, type Scene } from './scene.ts'

let scene: Scene

beforeEach(async () => {
  scene = await openScene()
})

afterEach(() => scene.gitlab.close())

function deploy(changes: Partial<Omit<ForgeDeployment, 'repository'>>, options?: SendOptions) {
  const usual = { sha: scene.sha, ref: 'refs/heads/main', environment: 'production', isTransient: false, isProduction: true } as const
  const words = { state: 'pending', description: '', url: null, logUrl: 'https://kyozo.example/releases/1' } as const
  return scene.send('deployment', { ...usual, ...words, ...changes }, options)
}

const shownEnvironments = () => scene.shop.environments().map(({ name, state, externalUrl, tier }) => ({ name, state, externalUrl, tier }))
const shownDeployments = () => scene.shop.deployments().map(({ sha, ref, status }) => [sha.slice(0, 7), ref, status])
const idOf = (outcome: unknown) => (outcome as { id: string }).id

it('a release is one deployment of its environment from its beginning to its end', async () => {
  const knownId = idOf(await deploy({}))
  expect(shownDeployments()).toEqual([[scene.sha.slice(0, 7), 'main', 'running']])
  expect(await deploy({ state: 'running' }, { knownId })).toEqual({ kind: 'sent', id: knownId })
  expect(await deploy({ state: 'success', url: 'https://shop.example/' }, { knownId })).toEqual({ kind: 'sent', id: knownId })
  expect(await deploy({ state: 'success', url: 'https://shop.example/' }, { knownId })).toEqual({ kind: 'sent', id: knownId })
  expect(shownDeployments()).toEqual([[scene.sha.slice(0, 7), 'main', 'success']])
  expect(shownEnvironments()).toEqual([
    { name: 'production', state: 'available', externalUrl: 'https://shop.example/', tier: 'production' },
  ])
  expect(scene.gitlab.problems()).toEqual([])
})

it('a release that fails is a failed deployment, and the next commit is another one', async () => {
  const knownId = idOf(await deploy({}))
  await deploy({ state: 'failure' }, { knownId })
  const { sha } = await scene.shop.push({ change: { files: { a: '1' } } })
  expect(idOf(await deploy({ sha }, { knownId }))).not.toBe(knownId)
  expect(shownDeployments().map(([, , status]) => status)).toEqual(['failed', 'running'])
})

it('an address that does not answer leaves the one before, and one that is too long is left out', async () => {
  const knownId = idOf(await deploy({ url: 'https://shop.example/' }))
  await deploy({ state: 'failure', url: null }, { knownId })
  await deploy({ state: 'success', url: `https://shop.example/${'x'.repeat(300)}` }, { knownId })
  expect(shownEnvironments()).toMatchObject([{ externalUrl: 'https://shop.example/' }])
  expect(scene.gitlab.problems()).toEqual([])
})

it('a preview of a merge request is deployed at its head and stopped when it ends, and starts again when it comes back', async () => {
  const merge = await scene.shop.openPullRequest({ branch: 'feature', change: { files: { a: '1' } } })
  const preview = {
    ...{ sha: merge.state.sha!, ref: 'refs/merge-requests/1/head', environment: 'preview/pr-1' },
    ...{ isTransient: true, isProduction: false },
  }
  const knownId = idOf(await deploy({ ...preview, state: 'success', url: 'http://shop-pr-1.localhost:4400/' }))
  expect(shownEnvironments()).toMatchObject([{ name: 'preview/pr-1', state: 'available', tier: 'development' }])
  expect(shownDeployments()).toEqual([[preview.sha.slice(0, 7), preview.ref, 'success']])
  expect(await deploy({ ...preview, state: 'inactive' }, { knownId })).toEqual({ kind: 'sent', id: knownId })
  expect(shownEnvironments()).toMatchObject([{ state: 'stopped' }])
  expect(await deploy({ ...preview, state: 'inactive' }, { knownId })).toEqual({ kind: 'sent', id: knownId })
  const { sha } = await merge.push({ files: { a: '2' } })
  await deploy({ ...preview, sha, state: 'success' }, { knownId })
  expect(shownEnvironments()).toMatchObject([{ state: 'available' }])
  expect(scene.gitlab.problems()).toEqual([])
})

it('a release that another one overtook is a canceled deployment, and one that GitLab was told nothing of is none', async () => {
  const knownId = idOf(await deploy({}))
  expect(await deploy({ state: 'inactive' }, { knownId })).toEqual({ kind: 'sent', id: knownId })
  expect(await deploy({ state: 'inactive' }, { knownId })).toEqual({ kind: 'sent', id: knownId })
  expect(shownDeployments()).toEqual([[scene.sha.slice(0, 7), 'main', 'canceled']])
  expect(await deploy({ state: 'inactive' })).toEqual({ kind: 'sent' })
  expect(await deploy({ state: 'inactive' }, { knownId: '1' })).toEqual({ kind: 'sent' })
  expect(scene.gitlab.problems()).toEqual([])
})

it('only what was deployed last stops its environment when it goes', async () => {
  const first = idOf(await deploy({ state: 'success' }))
  const { sha } = await scene.shop.push({ change: { files: { a: '1' } } })
  const second = idOf(await deploy({ sha, state: 'success' }))
  expect(await deploy({ state: 'inactive' }, { knownId: first })).toEqual({ kind: 'sent', id: first })
  // The same commit once more, of which GitLab was told nothing yet.
  expect(await deploy({ sha, state: 'inactive' })).toEqual({ kind: 'sent' })
  expect(shownEnvironments()).toMatchObject([{ state: 'available' }])
  await deploy({ sha, state: 'inactive' }, { knownId: second })
  expect(shownEnvironments()).toMatchObject([{ state: 'stopped' }])
})

it('what GitLab cannot take is refused in its own words, and a commit that it does not have yet is tried again', async () => {
  expect(await deploy({ ref: 'refs/heads/gone' })).toEqual({
    kind: 'refused',
    of: 'message',
    reason: 'GitLab answered 400 (ref The branch or tag does not exist)',
  })
  expect(await deploy({ sha: 'f'.repeat(40) })).toMatchObject({ kind: 'commit_unknown' })
  expect(await deploy({ environment: 'no;such&name' })).toMatchObject({ kind: 'refused', of: 'message' })
  const reporter = scene.client(scene.gitlab.createToken({ accessLevel: 20 }))
  const message = { sha: scene.sha, ref: 'refs/heads/main', environment: 'production', isTransient: false, isProduction: true } as const
  const rest = { state: 'pending', description: '', url: null, logUrl: '' } as const
  expect(await reporter.send({ kind: 'deployment', repository: scene.repository, ...message, ...rest })).toMatchObject({
    kind: 'refused',
    of: 'access',
  })
})

it('whose answer was lost is the same deployment again once it succeeded', async () => {
  const lost = scene.gitlab.fault({ method: 'POST', path: /deployments$/, times: 1, answer: { kind: 'lost' } })
  expect(await deploy({ state: 'success' })).toMatchObject({ kind: 'unavailable' })
  lost()
  expect(await deploy({ state: 'success' }, { mayBeThere: true })).toMatchObject({ kind: 'sent' })
  expect(scene.shop.deployments()).toHaveLength(1)
})

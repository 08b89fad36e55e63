// The lives of pull requests, the same at every Git host: whole, from a fork, led by comments, unheard, and reopened.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { crashingService, keepingService, tellingService } from '../support/busybox-service.ts'
import type { HostComment, HostDouble, HostPullRequest } from '../support/hosts/host.ts'
import type { ApiDocument } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type AtHost, atHost } from './at-host.ts'
import { type HostShop, openHostShop, till } from './host-shop.ts'

const minutes = 60_000

interface Room extends AtHost {
  readonly shop: HostShop
}

/** Defines the tests; each has pull requests of its own in one shop. */
export function testLivesOfPullRequests(startHost: () => Promise<HostDouble>): void {
  vi.setConfig({ testTimeout: 3 * minutes })
  let room: Room

  beforeAll(async () => {
    const at = await atHost(startHost, { KYOZO_LEDGER_CHECK_SECONDS: '3' })
    const shop = await openHostShop(at)
    shop.repository.allow('ada')
    room = { ...at, shop }
  }, 5 * minutes)

  afterAll(() => room.leave(), minutes)

  describe('a pull request', () => {
    it('has its own containers at its own address, follows its head, and is gone when it is merged, which deploys without building', () =>
      isMerged(room))
    it('is matched with what its host lists when nothing was told', () => isUnheard(room))
    it('of a fork runs nothing before its very commit is approved by who may write, reads no secret then, and is gone when it is closed', () =>
      isApproved(room))
    it('that is reopened gets its preview back, and one that fails says why', () => isReopened(room))
    it('is looked at, removed, made again and explained when who may write asks for that below it', () => isCommanded(room))
  })
}

/** The one comment that kyozo keeps. */
function stickyOf(pull: HostPullRequest): string {
  const [own] = pull.comments().filter(({ text }) => /^<!-- kyozo (?!answers)/.test(text))
  return own?.text ?? ''
}

const untilSigned = (comment: HostComment, sign: 'heard' | 'done' | 'refused') =>
  until(`the comment to be ${sign}`, () => comment.signs().includes(sign))

const untilSticky = (pull: HostPullRequest, words: string) =>
  until(`the comment to say "${words}"`, () => stickyOf(pull).includes(words)).catch((error: Error) => {
    throw new Error(`${error.message}; it says:\n${stickyOf(pull)}`)
  })

async function isMerged({ host, shop }: Room): Promise<void> {
  const { repository, workspace } = shop
  const pull = await shop.pull('2')
  const { number, headSha } = pull
  expect(pull.answers.map((answer) => JSON.parse(answer))).toMatchObject([
    { decision: 'accepted', reason: `pull request ${number} is reviewed at ${headSha.slice(0, 7)}` },
  ])
  expect(await shop.previewVerdict(headSha)).toEqual({ state: 'success', description: '2 live' })
  expect([await shop.askPreview('one', number), await shop.askPreview('two', number)]).toEqual(['one 1', `two 2 ${till}`])
  expect([await shop.ask('one'), await shop.ask('two')]).toEqual(['one 1', `two 1 ${till}`])
  expect(await shop.volumesOfPreview(number)).toHaveLength(1)
  const plan = await until('the plan', () => repository.shown(headSha)['kyozo/plan'])
  expect(plan).toEqual({ state: 'success', description: '1 service changes: two rebuilt' })
  await untilSticky(pull, '### ✅ Preview')
  const address = `one.${workspace}-pr-${number}.localhost`
  expect(stickyOf(pull)).toContain(address)
  expect(stickyOf(pull)).toContain('- **two** rebuilt: two/Dockerfile changed')
  if (host.name !== 'gitea')
    await until('the deployment to lead there', () => repository.deployed(`pr-${number}`)?.address.includes(address) === true)

  const next = await pull.push(tellingService('two', '3'))
  expect(await shop.previewVerdict(next)).toEqual({ state: 'success', description: '1 live, 1 unchanged' })
  await untilSticky(pull, `\`${next.slice(0, 7)}\``)
  expect(await shop.askPreview('two', number)).toBe(`two 3 ${till}`)

  const merged = await pull.merge()
  expect(await shop.verdict(merged)).toEqual({ state: 'success', description: '1 live, 1 unchanged' })
  const built = await until('the verdict on two', () => repository.shown(merged)['kyozo/production/two'])
  expect(built.description).toMatch(/^live after .* \(image was built before\)$/)
  await shop.untilGone(number)
  await untilSticky(pull, 'Preview is gone')
  if (host.name !== 'gitea') await until('the deployment to be over', () => repository.deployed(`pr-${number}`)?.isOver)
  expect(await shop.ask('two')).toBe(`two 3 ${till}`)
  expect(pull.comments()).toHaveLength(1)
}

async function isApproved({ shop }: Room): Promise<void> {
  const { repository } = shop
  const pull = await shop.pull('evil', 'mallory')
  const { number, headSha } = pull
  const ofFork = { state: 'failure', description: expect.stringContaining('fork') }
  expect(await shop.previewVerdict(headSha)).toMatchObject(ofFork)
  expect(await until('the plan', () => repository.shown(headSha)['kyozo/plan'])).toMatchObject({ state: 'success' })

  await untilSigned(await pull.comment(`/kyozo approve ${headSha}`, 'mallory'), 'refused')
  // Mallory could push another one that begins with the same digits.
  await untilSigned(await pull.comment(`/kyozo approve ${headSha.slice(0, 12)}`, 'ada'), 'refused')
  const asked = `\`/kyozo approve ${headSha}\``
  await until('kyozo to ask for all of it', () =>
    pull.comments().some(({ text }) => text.includes('only the beginning of a commit') && text.includes(asked)),
  )
  expect((await shop.containersOfPreview(number)).size).toBe(0)

  const heard = await pull.comment(`/kyozo approve ${headSha}`, 'ada')
  await until('the preview to be live', () => repository.shown(headSha)['kyozo/preview']?.description === '2 live')
  await untilSigned(heard, 'heard')
  expect(await shop.askPreview('two', number)).toBe('two evil nothing')

  const next = await pull.push(tellingService('two', 'worse'))
  expect(await shop.previewVerdict(next)).toMatchObject(ofFork)
  expect(await shop.askPreview('two', number)).toBe('two evil nothing')
  await pull.close()
  await shop.untilGone(number)
  await untilSticky(pull, 'Preview is gone')
}

async function isCommanded({ shop }: Room): Promise<void> {
  const { repository, oldPull: pull } = shop
  const { number, headSha } = pull
  expect(repository.shown(headSha)).toEqual({})
  const command = (text: string) => pull.comment(text, 'ada')
  await untilSigned(await command('/kyozo plan'), 'heard')
  await until('the plan', () => repository.shown(headSha)['kyozo/plan'])
  expect((await shop.previewVerdict(headSha)).state).toBe('success')
  expect(await shop.askPreview('one', number)).toBe('one old')

  await untilSigned(await command('/kyozo explain one'), 'done')
  await until('the explanation', () => pull.comments().some(({ text }) => text.includes('- **one** added: ')))
  await untilSigned(await pull.comment('/kyozo destroy', 'mallory'), 'refused')
  expect((await shop.containersOfPreview(number)).size).toBe(2)

  await untilSigned(await command('/kyozo destroy'), 'heard')
  await shop.untilGone(number)
  await untilSticky(pull, 'ada removed it')
  await command('/kyozo deploy')
  await until('the preview to answer again', async () => (await shop.askPreview('one', number)) === 'one old')
  await untilSticky(pull, '### ✅ Preview')
  // One comment that is kept, and one answer in words.
  const own = pull.comments().filter(({ text }) => text.startsWith('<!-- kyozo'))
  expect(own).toHaveLength(2)
  await pull.close()
  await shop.untilGone(number)
}

async function isUnheard({ kyozo, shop }: Room): Promise<void> {
  const restore = shop.repository.cutOff()
  const pull = await shop.pull('unheard')
  const { number } = pull
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
  const next = await pull.push(keepingService('one', '2'))
  expect(await shop.previewVerdict(next)).toEqual({ state: 'success', description: '1 live, 1 unchanged' })
  expect(await shop.askPreview('one', number)).toBe('one 2')
  await pull.close()
  await shop.untilGone(number)
  await untilSticky(pull, 'Preview is gone')
  restore()
  const { data } = await kyozo.api<ApiDocument>('/pull_requests?filter[state]=closed')
  expect(data.map(({ attributes }) => attributes)).toContainEqual(expect.objectContaining({ number, head_sha: next }))
}

async function isReopened({ kyozo, shop }: Room): Promise<void> {
  const pull = await shop.pull('again')
  const { number } = pull
  await shop.previewVerdict(pull.headSha)
  const before = await shop.containersOfPreview(number)
  await pull.close()
  // Of one that is open again before anybody has looked the preview stays.
  await until('its removal to begin', async () => {
    const { data } = await kyozo.api<ApiDocument>('/operations?filter[kind]=delete_environment')
    return data.some(({ attributes }) => (attributes.input as { readonly name?: string } | undefined)?.name === `pr-${number}`)
  })
  await pull.reopen()
  // The old one goes with its data, and another one is made.
  await until('other containers to answer', async () => {
    const now = await shop.containersOfPreview(number)
    return now.size === 2 && now.get('two') !== before.get('two') && (await shop.askPreview('two', number)) === `two again ${till}`
  })
  const next = await pull.push(crashingService('two'))
  expect(await shop.previewVerdict(next)).toMatchObject({ state: 'failure', description: expect.stringContaining('the till is empty') })
  expect(await shop.askPreview('two', number)).toBe(`two again ${till}`)
  await pull.close()
}

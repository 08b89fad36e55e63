import { describe, expect, it } from 'vitest'
import type { ForgeClient } from '../../../src/forge/client.ts'
import type { ForgeMessage, SendOptions, SendOutcome } from '../../../src/forge/messages.ts'
import type { Fault } from '../../support/github/state.ts'
import { appClient, changes, clock, github, pull, repository, restart, shop, startMs, tokenClient, useScene } from './scene.ts'

useScene()

const marker = '<!-- kyozo sticky 1 -->'

type Sticky = ForgeMessage & { readonly kind: 'comment' }

const sticky = (text: string, more: Partial<Sticky> = {}): Sticky => ({
  ...{ kind: 'comment', repository: repository(), pullRequest: 1, marker, body: `${text}\n\n${marker}` },
  ...more,
})

const reply = (text: string) =>
  ({
    kind: 'reply',
    repository: repository(),
    pullRequest: 1,
    marker: '<!-- kyozo reply 7 -->',
    body: `${text}\n\n<!-- kyozo reply 7 -->`,
  }) as const

const bodies = () => pull.comments().map(({ author, body }) => `${author.login}: ${body.split('\n')[0]}`)

const idOf = (outcome: SendOutcome) => (outcome.kind === 'sent' ? outcome.id! : `none: ${JSON.stringify(outcome)}`)

async function send(client: ForgeClient, message: ForgeMessage, options?: SendOptions): Promise<string> {
  return idOf(await client.send(message, options))
}

const onComments: Pick<Fault, 'method' | 'path'> = { method: 'POST', path: /\/issues\/1\/comments/ }

describe('the sticky comment', () => {
  it.each([
    ['a token', () => tokenClient({ pull_requests: 'write' }), 'kyozo-bot'],
    ['an app', () => appClient({ pull_requests: 'write' }), 'kyozo-1000[bot]'],
  ])('of %s is written once and edited in place', async (_, connect, login) => {
    const client = connect()
    const id = await send(client, sticky('building'))
    expect(id).toBe(String(pull.comments()[0]?.id))
    expect(await send(client, sticky('live'), { knownId: id })).toBe(id)
    expect(bodies()).toEqual([`${login}: live`])
    expect(github.problems()).toEqual([])
  })

  it('is found again by its marker when nobody knows its id any more', async () => {
    const client = tokenClient()
    const id = await send(client, sticky('building'))
    clock.nowMs += 100 * 86_400_000
    expect(await send(tokenClient(), sticky('live'))).toBe(id)
    expect(bodies()).toEqual(['kyozo-bot: live'])
  })

  it('is found below hundreds of others, and not written again when it says the same already', async () => {
    await restart({ limits: { contentPerMinute: 1_000, contentPerHour: 1_000 } })
    for (let count = 0; count < 120; count++) await pull.comment(`thought ${count}`)
    const id = await send(tokenClient(), sticky('live'))
    expect(await send(tokenClient(), sticky('live'))).toBe(id)
    expect(changes()).toEqual(['POST /repos/acme/shop/issues/1/comments'])
    expect(github.calls.filter(({ path }) => path.endsWith('/comments')).length).toBe(5)
  })

  it('is made anew when a person deleted it', async () => {
    const client = tokenClient()
    const id = await send(client, sticky('building'))
    pull.deleteComment(Number(id))
    const next = await send(client, sticky('live'), { knownId: id })
    expect(next).not.toBe(id)
    expect(bodies()).toEqual(['kyozo-bot: live'])
  })

  it('is never one that somebody else wrote, whatever marker stands in it', async () => {
    await pull.comment(`look at me\n${marker}`, { by: 'mallory' })
    await send(tokenClient(), sticky('one'))
    await send(appClient(), sticky('two'))
    expect(bodies()).toEqual(['mallory: look at me', 'kyozo-bot: one', 'kyozo-1000[bot]: two'])
    await send(appClient(), sticky('three'))
    expect(bodies().at(-1)).toBe('kyozo-1001[bot]: three')
  })

  it('whose answer was lost is not written twice', async () => {
    github.fault({ ...onComments, times: 1, answer: { kind: 'lost' } })
    const client = tokenClient()
    expect(await client.send(sticky('live'))).toMatchObject({ kind: 'unavailable' })
    expect(await send(client, sticky('live'), { mayBeThere: true })).toBe(String(pull.comments()[0]?.id))
    expect(bodies()).toEqual(['kyozo-bot: live'])
  })

  it('is not written while GitHub does not say whether it is there', async () => {
    const restore = github.fault({
      method: 'GET',
      path: /\/comments/,
      answer: { kind: 'status', status: 502, body: '<h1>Bad gateway</h1>' },
    })
    expect(await tokenClient().send(sticky('live'))).toEqual({ kind: 'unavailable', reason: 'GitHub answered 502' })
    restore()
    github.fault({ method: 'GET', path: /^\/user$/, times: 1, answer: { kind: 'status', status: 503 } })
    expect(await tokenClient().send(sticky('live'))).toMatchObject({ kind: 'unavailable' })
    github.fault({ method: 'GET', path: /\/comments/, times: 1, answer: { kind: 'status', status: 429, headers: { 'retry-after': '90' } } })
    expect(await tokenClient().send(sticky('live'))).toMatchObject({ kind: 'rate_limited', untilMs: startMs + 90_000 })
    expect(changes()).toEqual([])
  })

  it('of a token whose account GitHub does not tell is written all the same', async () => {
    github.fault({ path: /^\/user$/, answer: { kind: 'status', status: 403, body: { message: 'Resource not accessible by integration' } } })
    await send(tokenClient(), sticky('live'))
    expect(bodies()).toEqual(['kyozo-bot: live'])
  })

  it('follows a repository that was renamed or moved, by its id', async () => {
    const client = tokenClient()
    const id = await send(client, sticky('building'))
    shop.rename('acme/store')
    expect(await send(client, sticky('live'), { knownId: id })).toBe(id)
    expect(await send(client, sticky('all live'))).toBe(id)
    expect(bodies()).toEqual(['kyozo-bot: all live'])
  })

  it('goes to nobody when the redirect leads anywhere else', async () => {
    const location = 'http://169.254.169.254/latest'
    github.fault({ path: /\/issues\//, answer: { kind: 'status', status: 307, headers: { location } } })
    expect(await tokenClient().send(sticky('live'))).toMatchObject({ kind: 'refused' })
    expect(github.calls.every(({ path }) => path.startsWith('/repos/') || path === '/user')).toBe(true)
  })

  it('gets through with another token when the first one ended or was taken back', async () => {
    const client = appClient()
    const id = await send(client, sticky('one'))
    clock.nowMs += 3_600_000
    expect(await send(client, sticky('two'), { knownId: id })).toBe(id)
    github.revokeInstallationTokens()
    expect(await send(client, sticky('three'), { knownId: id })).toBe(id)
    expect(bodies()).toEqual(['kyozo-1000[bot]: three'])
  })

  it('keeps hostile titles and names as the text that it was given', async () => {
    const hostile = '`<img src=x onerror=alert(1)> @everyone ](javascript:x)` \ud800'
    await send(tokenClient(), sticky(hostile))
    expect(pull.comments()[0]?.body).toBe(`${hostile.toWellFormed()}\n\n${marker}`)
  })

  it('that is longer than GitHub takes is cut where a line ends, says so, and is found again', async () => {
    const lines = Array.from({ length: 9_000 }, (_, line) => `- service ${line} 🚀`).join('\n')
    const long = sticky(`<details>\n\n\`\`\`\n${lines}`)
    const id = await send(tokenClient(), long)
    const { body } = pull.comments()[0]!
    expect(Array.from(body).length).toBeLessThanOrEqual(65_536)
    expect(Array.from(body).length).toBeGreaterThan(65_000)
    expect(body).toMatch(
      /\n- service \d+ 🚀\n```\n<\/details>\n\n\*The rest is longer than GitHub takes, and was left out here\.\*\n\n<!-- kyozo sticky 1 -->$/,
    )
    expect(await send(tokenClient(), long)).toBe(id)
    expect(changes()).toHaveLength(1)
  })
})

describe('a reply', () => {
  it('is written each time, but not again when its answer was lost', async () => {
    const client = appClient()
    github.fault({ ...onComments, times: 1, answer: { kind: 'lost' } })
    expect(await client.send(reply('done'))).toMatchObject({ kind: 'unavailable' })
    clock.nowMs += 3_600_000
    expect(await send(client, reply('done'), { mayBeThere: true })).toBe(String(pull.comments()[0]?.id))
    expect(bodies()).toEqual(['kyozo-1000[bot]: done'])
  })

  it('that never arrived is written when it is sent again', async () => {
    const client = appClient()
    github.fault({ ...onComments, times: 1, answer: { kind: 'reset' } })
    await client.send(reply('done'))
    await send(client, reply('done'), { mayBeThere: true })
    expect(bodies()).toEqual(['kyozo-1000[bot]: done'])
  })
})

describe('a reaction', () => {
  const react = (comment: string, reaction: 'heard' | 'done' | 'refused') =>
    ({ kind: 'reaction', repository: repository(), pullRequest: 1, comment, reaction }) as const

  it('shows who wrote a comment that it was heard, done, or not let through, once each', async () => {
    const { comment } = await pull.comment('/kyozo deploy', { by: 'ada' })
    const client = appClient({ pull_requests: 'write' })
    for (const reaction of ['heard', 'heard', 'done', 'refused'] as const)
      expect(await client.send(react(String(comment.id), reaction))).toEqual({ kind: 'sent' })
    expect(comment.reactions.map(({ content, account }) => `${account.login} ${content}`)).toEqual([
      'kyozo-1000[bot] eyes',
      'kyozo-1000[bot] +1',
      'kyozo-1000[bot] -1',
    ])
    expect(github.problems()).toEqual([])
  })

  it('to a comment that is gone, or that never was one, is nobody’s', async () => {
    const { comment } = await pull.comment('/kyozo deploy')
    pull.deleteComment(comment.id)
    expect(await appClient().send(react(String(comment.id), 'heard'))).toEqual({
      kind: 'refused',
      of: 'message',
      reason: 'the comment is gone',
    })
    expect(await appClient().send(react('../../hooks', 'heard'))).toMatchObject({ kind: 'refused', of: 'message' })
  })
})

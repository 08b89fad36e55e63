// An hour in which the host fails in every way there is, with two processes that send: afterwards each context has its final state once, in order.
import { expect, it } from 'vitest'
import type { FaultAnswer } from '../support/github/state.ts'
import { clock, github, outbox, posts, senderWith, sha, shop, startMs, status, type TurnTaker, useScene } from './outbox-scene.ts'

useScene()

const hourMs = 3_600_000
const secondary = { message: 'You have exceeded a secondary rate limit.' }
const services = 60

/** What the host does, each for some minutes of the hour. */
const troubles: readonly FaultAnswer[] = [
  { kind: 'status', status: 500 },
  { kind: 'lost' },
  { kind: 'status', status: 403, headers: { 'retry-after': '120' }, body: secondary },
  { kind: 'truncate', bytes: 30 },
  { kind: 'status', status: 429, headers: { 'retry-after': '60' } },
  { kind: 'status', status: 503 },
]

/** Both look at once, as two processes do; the clock goes on to whenever something is due. */
async function sendUntil(senders: readonly TurnTaker[], untilMs: number): Promise<void> {
  for (;;) {
    const dueMs = outbox.nextDueMs()
    if (dueMs === undefined || dueMs > untilMs) return
    clock.nowMs = Math.max(clock.nowMs, dueMs)
    await Promise.all(senders.map((sender) => sender.sendDue()))
  }
}

it('an hour of trouble ends with the final state of every context, once and in order, and within what the credential may', async () => {
  const token = github.createToken()
  const senders = [senderWith({ kind: 'token', token }), senderWith({ kind: 'token', token })]
  const contexts = Array.from({ length: services }, (_, service) => `kyozo/production/s${service}`)
  const eachMs = hourMs / troubles.length
  for (const [at, answer] of troubles.entries()) {
    const restore = github.fault({ method: 'POST', path: /\/statuses\//, answer })
    // Releases go on meanwhile: each context is told something new in each part of the hour.
    for (const context of contexts) outbox.put(status({ context, state: 'pending', description: `part ${at}` }))
    await sendUntil(senders, startMs + (at + 0.5) * eachMs)
    for (const context of contexts) outbox.put(status({ context, state: at % 2 === 0 ? 'failure' : 'success', description: `part ${at}` }))
    await sendUntil(senders, startMs + (at + 1) * eachMs)
    restore()
    clock.nowMs = Math.max(clock.nowMs, startMs + (at + 1) * eachMs)
  }
  await sendUntil(senders, Number.POSITIVE_INFINITY)
  const final = { state: 'success', description: `part ${troubles.length - 1}` }
  expect(shop.shown(sha)).toEqual(Object.fromEntries(contexts.map((context) => [context, final])))
  const told = shop.statuses(sha)
  for (const context of contexts) {
    const said = told.filter((one) => one.context === context).map(({ state, description }) => `${description} ${state}`)
    // Nothing twice, and nothing after what came later.
    expect(said).toEqual([...new Set(said)])
    expect(said.map((one) => Number(one.split(' ')[1]))).toEqual(said.map((one) => Number(one.split(' ')[1])).toSorted((a, b) => a - b))
    expect(said.filter((one, place) => one.endsWith('pending') && said[place - 1]?.startsWith(one.slice(0, 6)))).toEqual([])
  }
  const times = posts().map(({ atMs }) => atMs)
  for (const [lengthMs, limit] of [
    [60_000, 60],
    [hourMs, 400],
  ] as const)
    for (let index = limit; index < times.length; index++) expect(times[index]! - times[index - limit]!).toBeGreaterThanOrEqual(lengthMs)
  expect(clock.nowMs - startMs).toBeLessThan(hourMs + 20 * 60_000)
}, 120_000)

it('a host whose answers break off hears everything once', async () => {
  const token = github.createToken()
  const senders = [0, 1].map(() => senderWith({ kind: 'token', token }, { deadlineMs: 1_500 }))
  // The work is done, and nobody learns of it.
  github.fault({ method: 'POST', path: /\/statuses\//, times: 3, answer: { kind: 'truncate', bytes: 1 } })
  for (const context of ['kyozo/a', 'kyozo/b', 'kyozo/c']) outbox.put(status({ context }))
  await sendUntil(senders, Number.POSITIVE_INFINITY)
  expect(
    shop
      .statuses(sha)
      .map(({ context }) => context)
      .sort(),
  ).toEqual(['kyozo/a', 'kyozo/b', 'kyozo/c'])
  expect(posts()).toHaveLength(3)
}, 60_000)

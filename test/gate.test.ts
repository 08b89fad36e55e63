// The way to something outside: refused while it is away, tried again by one, and bounded.
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { KyozoError } from '../src/errors.ts'
import { createGate, createGates, type GateOptions } from '../src/gate.ts'
import { until } from './support/until.ts'

const options: GateOptions = {
  name: 'the host',
  atOnce: 2,
  waiting: 1,
  failures: 2,
  pauseMs: [60, 120],
  isAway: (error) => error instanceof Error && error.message === 'away',
  isOurs: (error) => error instanceof Error && error.message === 'ours',
  refused: (words, details) => new KyozoError('forge_unavailable', words, details),
}

const away = () => Promise.reject(new Error('away'))
const no = () => Promise.reject(new Error('no'))

/** A call that lasts until it is told to end. */
function held() {
  const { promise, resolve } = Promise.withResolvers<string>()
  return { call: () => promise, end: () => resolve('done') }
}

describe('a way that fails', () => {
  it('is closed after several failures in a row, says since when and why, and asks nothing', async () => {
    const gate = createGate(options)
    await expect(gate.run(away)).rejects.toThrow('away')
    await expect(gate.run(away)).rejects.toThrow('away')
    let asked = 0
    const again = gate.run(async () => asked++)
    await expect(again).rejects.toMatchObject({ code: 'forge_unavailable', retryAfterSeconds: 1 })
    await expect(again).rejects.toThrow(/^the host does not answer since \d\d:\d\d:\d\d UTC \(away\); it is asked again every few seconds$/)
    expect(asked).toBe(0)
    expect(gate.state()).toEqual({
      name: 'the host',
      isOpen: false,
      closedSince: expect.any(Date),
      reason: 'away',
      running: 0,
      waiting: 0,
      refused: 1,
    })
  })

  it('is tried again by one call alone, and is open for all when that is answered', async () => {
    const gate = createGate(options)
    for (let turn = 0; turn < 2; turn++) await gate.run(away).catch(() => undefined)
    await delay(70)
    const { call, end } = held()
    const first = gate.run(call)
    await expect(gate.run(async () => 'second')).rejects.toMatchObject({ code: 'forge_unavailable' })
    end()
    expect(await first).toBe('done')
    expect(await gate.run(async () => 'third')).toBe('third')
    expect(gate.state()).toMatchObject({ isOpen: true })
  })

  it('is open for all as soon as the one that tries hears something, however long the rest takes', async () => {
    const gate = createGate(options)
    for (let turn = 0; turn < 2; turn++) await gate.run(away).catch(() => undefined)
    await delay(70)
    const { call, end } = held()
    const { promise: isThere, resolve: comes } = Promise.withResolvers<void>()
    const first = gate.run(async (heard) => {
      await isThere
      heard()
      return call()
    })
    await expect(gate.run(async () => 'second')).rejects.toMatchObject({ code: 'forge_unavailable' })
    comes()
    await until('the way to open', async () => gate.state().isOpen)
    expect(await gate.run(async () => 'third')).toBe('third')
    end()
    expect(await first).toBe('done')
  })

  it('is tried by another when the one that tries neither fails nor hears anything: that one may hang by itself', async () => {
    const gate = createGate({ ...options, tryMs: 40 })
    for (let turn = 0; turn < 2; turn++) await gate.run(away).catch(() => undefined)
    await delay(70)
    const { call, end } = held()
    const hanging = gate.run(call, { subject: 'acme/slow' })
    await expect(gate.run(async () => 'second', { subject: 'acme/shop' })).rejects.toMatchObject({ retryAfterSeconds: 1 })
    await delay(50)
    expect(await gate.run(async () => 'third', { subject: 'acme/shop' })).toBe('third')
    end()
    await hanging
  })

  it('stays closed twice as long after a try that failed, with a short question first where there is one', async () => {
    let asked = 0
    let isBack = false
    const probe = async () => {
      asked++
      if (!isBack) throw new Error('away')
    }
    const gate = createGate({ ...options, pauseMs: [400, 4_000], probe })
    for (let turn = 0; turn < 2; turn++) await gate.run(away).catch(() => undefined)
    await delay(410)
    await expect(gate.run(async () => 'never')).rejects.toThrow('away')
    await delay(410)
    await expect(gate.run(async () => 'never')).rejects.toMatchObject({ code: 'forge_unavailable' })
    isBack = true
    await until('the way to open', () => gate.run(async () => true).catch(() => false))
    expect(asked).toBe(2)
  })

  it('stays closed no longer for calls that were under way when it closed', async () => {
    const gate = createGate({ ...options, atOnce: 8, pauseMs: [60, 60_000] })
    const { promise, reject } = Promise.withResolvers<never>()
    const callers = [0, 1, 2, 3, 4, 5, 6, 7].map((one) => ({ team: `team ${one % 2}`, subject: `acme/${one}` }))
    const burst = callers.map((caller) => gate.run(() => promise, caller))
    reject(new Error('away'))
    await Promise.allSettled(burst)
    await delay(70)
    expect(await gate.run(async () => 'back', callers[0])).toBe('back')
  })

  it('counts an answer, whatever it says, as an answer, and a call that was broken off as nothing', async () => {
    const gate = createGate(options)
    for (const call of [away, no, away, no, away]) await gate.run(call).catch(() => undefined)
    expect(gate.state().isOpen).toBe(true)
    await gate.run(() => Promise.reject(new Error('ours'))).catch(() => undefined)
    await gate.run(away).catch(() => undefined)
    expect(gate.state().isOpen).toBe(false)
  })

  it('is tried again in time although the clock of the machine was put back', async () => {
    const gate = createGate(options)
    for (let turn = 0; turn < 2; turn++) await gate.run(away).catch(() => undefined)
    const now = Date.now
    Date.now = () => now() - 3_600_000
    try {
      await delay(70)
      expect(await gate.run(async () => 'answered')).toBe('answered')
    } finally {
      Date.now = now
    }
  })
})

describe('a way that is slow', () => {
  it('is taken by so many at once, lets as many wait, and refuses the rest', async () => {
    const gate = createGate(options)
    const calls = [held(), held(), held()]
    const running = calls.map(({ call }) => gate.run(call))
    expect(gate.state()).toMatchObject({ running: 2, waiting: 1 })
    await expect(gate.run(async () => 'one more')).rejects.toThrow('the host has too much to do: 2 calls are under way')
    for (const { end } of calls) end()
    expect(await Promise.all(running)).toEqual(['done', 'done', 'done'])
  })

  it('is not slow while something comes, however long it takes', async () => {
    const gate = createGate({ ...options, slow: { afterMs: 200, atOnce: 1 } })
    const { call, end } = held()
    let more = () => undefined as unknown
    const large = gate.run((heard) => {
      more = heard
      return call()
    })
    for (let turn = 0; turn < 6; turn++) {
      await delay(50)
      more()
    }
    expect(await gate.run(async () => 'quick')).toBe('quick')
    await delay(220)
    await expect(gate.run(async () => 'late')).rejects.toThrow('the host is slow')
    end()
    await large
    more()
  })

  it('is not taken by more than so many slow calls, while quick ones pass', async () => {
    const gate = createGate({ ...options, slow: { afterMs: 40, atOnce: 1 } })
    const slow = held()
    const running = gate.run(slow.call)
    expect(await gate.run(async () => 'quick')).toBe('quick')
    await delay(60)
    await expect(gate.run(async () => 'late')).rejects.toThrow('the host is slow: nothing has come for 0.04 s to 1 calls')
    slow.end()
    await running
    expect(await gate.run(async () => 'again')).toBe('again')
  })
})

it('forgets the ways that nobody uses when there are too many', () => {
  const gates = createGates()
  for (let host = 0; host < 500; host++) gates.to(`git ${host}`, () => options)
  expect(gates.states().length).toBeLessThanOrEqual(200)
  expect(gates.to('git 499', () => options)).toBe(gates.to('git 499', () => options))
})

describe('who waits behind calls that hang', () => {
  it('stops waiting when the signal says so, and the call is never begun', async () => {
    const gate = createGate(options)
    const [first, second] = [held(), held()]
    const hanging = [gate.run(first.call), gate.run(second.call)]
    const stop = new AbortController()
    let begun = 0
    const waiting = gate.run(async () => begun++, { signal: stop.signal })
    expect(gate.state()).toMatchObject({ running: 2, waiting: 1 })
    stop.abort(new Error('ours'))
    await expect(waiting).rejects.toThrow('ours')
    first.end()
    second.end()
    await Promise.all(hanging)
    await until('nobody to wait', () => gate.state().waiting === 0)
    expect([begun, gate.state().isOpen, gate.state().running]).toEqual([0, true, 0])
    await expect(gate.run(async () => 'never', { signal: stop.signal })).rejects.toThrow('ours')
  })
})

describe('a subject', () => {
  const fair = { ...options, atOnce: 4, waiting: 10, share: { atOnce: 2, withinMs: 50 } }

  it('that fails by itself closes the way for nobody, and together with another it does', async () => {
    const gate = createGate({ ...options, failures: 3 })
    for (let turn = 0; turn < 6; turn++) await gate.run(away, { subject: 'acme/broken' }).catch(() => undefined)
    expect(gate.state()).toMatchObject({ isOpen: true })
    await gate.run(away, { subject: 'acme/shop' }).catch(() => undefined)
    expect(gate.state()).toMatchObject({ isOpen: false })
  })

  it('that stalls takes its share of the places and no more, and says so to whoever wants another', async () => {
    const gate = createGate(fair)
    const { call, end } = held()
    const stalled = [gate.run(call, { subject: 'acme/slow' }), gate.run(call, { subject: 'acme/slow' })]
    await expect(gate.run(async () => 'third', { subject: 'acme/slow' })).rejects.toThrow(
      'the host is slow with acme/slow: 2 calls about it are under way',
    )
    expect(await Promise.all([1, 2, 3].map(() => gate.run(async () => 'at once', { subject: 'acme/shop' })))).toEqual([
      'at once',
      'at once',
      'at once',
    ])
    const next = gate.run(async () => 'fourth', { subject: 'acme/slow' })
    end()
    expect(await Promise.all([...stalled, next])).toEqual(['done', 'done', 'fourth'])
    expect(gate.state()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('counts once among those that are slow', async () => {
    const gate = createGate({ ...fair, slow: { afterMs: 20, atOnce: 2 } })
    const { call, end } = held()
    const stalled = [gate.run(call, { subject: 'acme/slow' }), gate.run(call, { subject: 'acme/slow' })]
    await delay(30)
    expect(await gate.run(async () => 'at once', { subject: 'acme/shop' })).toBe('at once')
    stalled.push(gate.run(call, { subject: 'acme/shop' }))
    await delay(30)
    await expect(gate.run(async () => 'no', { subject: 'acme/third' })).rejects.toThrow('the host is slow')
    end()
    await Promise.all(stalled)
  })
})

describe('a team', () => {
  const [one, other] = [{ team: 'one' }, { team: 'other' }]
  const about = (team: string, subjects: readonly string[]) => subjects.map((subject) => ({ team, subject }))
  const failing = async (gate: ReturnType<typeof createGate>, callers: readonly { team: string; subject: string }[]) => {
    for (const caller of callers) await gate.run(away, caller).catch(() => undefined)
  }

  it('whose calls alone fail closes the way for itself, until one of its own is answered', async () => {
    const gate = createGate({ ...options, pauseMs: [300, 600] })
    await failing(gate, about('one', ['a', 'b']))
    await expect(gate.run(async () => 'no', one)).rejects.toThrow('the host does not answer since')
    expect(gate.state()).toMatchObject({ isOpen: false, reason: 'away' })
    expect(await gate.run(async () => 'yes', other)).toBe('yes')
    await expect(gate.run(async () => 'no', one)).rejects.toThrow('the host does not answer since')
    await delay(310)
    expect(await gate.run(async () => 'back', one)).toBe('back')
    expect(gate.state()).toMatchObject({ isOpen: true })
  })

  it('that asks no more is forgotten, and the way does not say for ever that it is closed', async () => {
    const gate = createGate(options)
    await failing(gate, about('one', ['a', 'b']))
    expect(gate.state()).toMatchObject({ isOpen: false })
    const now = performance.now.bind(performance)
    performance.now = () => now() + 9 * 60_000
    try {
      expect(gate.state()).toMatchObject({ isOpen: false })
      performance.now = () => now() + 11 * 60_000
      expect(gate.state()).toMatchObject({ isOpen: true })
      expect(await gate.run(async () => 'yes', one)).toBe('yes')
    } finally {
      performance.now = now
    }
  })

  it('that has trouble with one subject alone is not kept from others, and with another team’s about others the way closes for all', async () => {
    const gate = createGate(options)
    await failing(gate, [...about('one', ['a', 'a', 'a']), ...about('other', ['a'])])
    expect(gate.state()).toMatchObject({ isOpen: true })
    await failing(gate, about('one', ['b']))
    expect(await gate.run(async () => 'third', { team: 'third' }).catch((error: KyozoError) => error.code)).toBe('forge_unavailable')
  })

  it('whose calls stall is refused more of them, and others are not', async () => {
    const gate = createGate({ ...options, atOnce: 10, slow: { afterMs: 20, atOnce: 2 } })
    const { call, end } = held()
    const stalled = about('one', ['a', 'b']).map((caller) => gate.run(call, caller))
    await delay(30)
    await expect(gate.run(async () => 'no', one)).rejects.toThrow('the host is slow')
    expect(await gate.run(async () => 'yes', other)).toBe('yes')
    stalled.push(gate.run(call, other))
    await delay(30)
    await expect(gate.run(async () => 'no', { team: 'third' })).rejects.toThrow('the host is slow')
    end()
    await Promise.all(stalled)
  })

  it('takes its share of the places and no more', async () => {
    const gate = createGate({ ...options, atOnce: 2, teamShare: { atOnce: 1, withinMs: 30 } })
    const { call, end } = held()
    const first = gate.run(call, one)
    await expect(gate.run(async () => 'no', one)).rejects.toThrow('the host is busy: 1 calls of this team are under way')
    expect(await gate.run(async () => 'yes', other)).toBe('yes')
    const next = gate.run(async () => 'second', one)
    end()
    expect(await Promise.all([first, next])).toEqual(['done', 'second'])
  })
})

// How each fault is begun and ended. A fault that strikes once has nothing to end.
import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosProxy } from '../../support/chaos-proxy.ts'
import type { FaultAnswer } from '../../support/github/state.ts'
import type { Fault } from '../acts.ts'
import type { Lane } from './lane.ts'
import { slowness } from './patience.ts'
import type { Stage } from './perform.ts'
import { waitForStrikes } from './wait.ts'
import { outliveLease } from './zombie.ts'

/** What is broken now → acts that it lasts still, and how it is mended. */
export type FaultsUnderWay = Map<string, { left: number; readonly end: () => unknown }>

export async function beginFault(stage: Stage, fault: Fault): Promise<void> {
  const { subject, underWay } = stage
  // What is broken already is not broken again.
  if (underWay.has(groupOf(fault))) return
  if ('step' in fault) return strikeAtStep(stage, fault)
  const begunMs = performance.now()
  const { isMet = () => true, end } = await begin(stage, fault)
  subject.faults.push({ name: fault.name, isMet })
  if ('acts' in fault && end !== undefined)
    underWay.set(groupOf(fault), { left: fault.acts, end: () => endNotBefore(begunMs + leastMs(fault), end) })
}

/** A fault that is over before anybody meets it is none; and kyozo looks at its disks every five seconds. */
function leastMs({ name }: Fault): number {
  return name === 'disk full' ? 10_000 : 2_000
}

async function endNotBefore(ms: number, end: () => unknown): Promise<void> {
  await delay(Math.max(0, ms - performance.now()))
  await end()
}

/** Called after each act. */
export async function passAct(underWay: FaultsUnderWay): Promise<void> {
  for (const [group, fault] of [...underWay]) {
    fault.left--
    if (fault.left >= 0) continue
    underWay.delete(group)
    await fault.end()
  }
}

/** Strikes that wait for their step get what is left to do: deliveries that nobody took, and the time of the last release. */
export async function endFaults(stage: Stage): Promise<void> {
  const { lane, subject, underWay } = stage
  for (const fault of underWay.values()) await fault.end()
  underWay.clear()
  try {
    await lane.kyozo.serving()
    await lane.gate.handOverMissed(subject.repository.fullName)
    await waitForStrikes(stage)
  } finally {
    await lane.orders.clear()
  }
}

function groupOf({ name }: Fault): string {
  return name.split(' ')[0]!
}

async function strikeAtStep({ lane, subject }: Stage, fault: Extract<Fault, { readonly step: unknown }>): Promise<void> {
  const { orders } = lane
  const { step } = fault
  switch (fault.name) {
    case 'kill at a step':
      return void (await orders.strike({ step, nth: fault.nth, act: 'kill' }))
    case 'throw at a step':
      return void (await orders.strike({ step, nth: fault.nth, act: 'throw' }))
    case 'delay at a step':
      return void (await orders.strike({ step, nth: fault.nth, act: 'delay', ms: fault.ms }))
    case 'freeze beyond the lease':
      return outliveLease(lane, subject, step)
  }
}

type Once = Exclude<Fault, { readonly step: unknown }>

interface Begun {
  /** Whether kyozo has met it by now. Default is that nobody can miss it. */
  readonly isMet?: () => boolean
  /** Mends what is broken. Default is that there is nothing to mend. */
  readonly end?: () => unknown
}

async function begin(stage: Stage, fault: Once): Promise<Begun> {
  const [group] = fault.name.split(' ')
  switch (group) {
    case 'engine':
      return beginEngine(stage.lane, fault.name)
    case 'database':
      return beginDatabase(stage.lane, fault.name)
    case 'git':
    case 'forge':
      return beginForge(stage, fault.name)
    default:
      return beginOther(stage.lane, fault)
  }
}

async function beginOther({ kyozo, disk, orders }: Lane, fault: Once): Promise<Begun> {
  switch (fault.name) {
    case 'kill kyozo':
      return sent(kyozo.signal('SIGKILL'))
    case 'stop kyozo':
      return sent(kyozo.signal('SIGTERM'))
    case 'freeze kyozo': {
      const isSent = kyozo.signal('SIGSTOP')
      await delay(fault.ms)
      kyozo.signal('SIGCONT')
      return sent(isSent)
    }
    case 'disk full':
      await disk.fill()
      // Whoever does not start on a full disk sees it all the same.
      await kyozo.serving(startMs * slowness()).catch(() => undefined)
      return { end: () => disk.empty() }
    case 'clock jumps':
      await orders.setClock(fault.hours * 3_600_000)
      return { end: () => orders.setClock(0) }
  }
  return {}
}

const startMs = 8_000

/** Between its end and its next start nobody hears a signal. */
function sent(isSent: boolean): Begun {
  return { isMet: () => isSent }
}

async function beginEngine({ engine }: Lane, name: Once['name']): Promise<Begun> {
  switch (name) {
    case 'engine stopped':
      await engine.stop()
      return { end: () => engine.start() }
    case 'engine frozen':
      engine.freeze()
      return { end: () => engine.thaw() }
    case 'engine killed':
      await engine.kill()
      await engine.start()
      return {}
    case 'engine restarted':
      await engine.stop()
      await engine.start()
      return {}
  }
  return {}
}

async function beginDatabase({ postgres }: Lane, name: Once['name']): Promise<Begun> {
  const { proxy } = postgres
  // Whoever is connected to a server that ends hears of it.
  const wasConnected = proxy.connections > 0
  switch (name) {
    case 'database stopped':
      await postgres.stop()
      return { isMet: () => wasConnected, end: () => postgres.start() }
    case 'database killed':
      await postgres.kill()
      await postgres.start()
      return { isMet: () => wasConnected }
    case 'database refused':
      return harming(proxy, () => proxy.refuse())
    case 'database stalled':
      return harming(proxy, () => proxy.stall())
    case 'database cut':
      proxy.cut()
      return { isMet: () => wasConnected }
    case 'database answer lost': {
      let isLost = false
      // The end of a transaction: whoever asked does not know whether it was stored.
      proxy.loseAnswer((answer) => {
        isLost = answer.includes('COMMIT')
        return isLost
      })
      return { isMet: () => isLost }
    }
  }
  return {}
}

function harming(proxy: ChaosProxy, harm: () => void): Begun {
  const before = proxy.harmed
  let isMet = false
  harm()
  return {
    isMet: () => isMet,
    end() {
      isMet = proxy.harmed > before
      proxy.heal()
    },
  }
}

const secondaryLimit = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
const answers: Readonly<Partial<Record<Fault['name'], FaultAnswer>>> = {
  'git refuses': { kind: 'reset' },
  'git stalls': { kind: 'hang' },
  'git truncates': { kind: 'truncate', bytes: 40 },
  'forge limits': { kind: 'status', status: 403, headers: { 'retry-after': '2' }, body: { message: secondaryLimit } },
  'forge overloads': { kind: 'status', status: 429, headers: { 'retry-after': '2' }, body: { message: 'Too many requests' } },
  'forge fails': { kind: 'status', status: 500 },
  'forge is silent': { kind: 'hang' },
  'forge loses answers': { kind: 'lost' },
}

function beginForge({ lane, subject }: Stage, name: Once['name']): Begun {
  const answer = answers[name]
  if (answer === undefined) return {}
  const { fullName } = subject.repository
  const path = name.startsWith('git') ? new RegExp(`^/${fullName}\\.git/`) : new RegExp(`^/repos/${fullName}/`)
  let count = 0
  const end = lane.github.fault({ path, answer, met: () => count++ })
  return { isMet: () => count > 0, end }
}

// Loaded into kyozo before its own code: takes orders of what shall happen at which step, and writes down each step that was reached. Orders and
// reports are files, read and written at once, so that nothing of it waits and a report survives the SIGKILL that follows it.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Orders, Strike } from './world/orders.ts'

const folder = process.env.FAULTS_FOLDER
if (folder === undefined) throw new Error('FAULTS_FOLDER says where the orders are')
const ordersFile = path.join(folder, 'orders.json')
const reachedFile = path.join(folder, 'reached.log')
const counts = new Map<string, number>()

Object.assign(globalThis, { [Symbol.for('kyozo.steps')]: onStep })
let clockOffsetMs = read().clockOffsetMs
shiftClock(() => clockOffsetMs)
setInterval(() => {
  clockOffsetMs = read().clockOffsetMs
}, 100).unref()

async function onStep(step: string, subject: string): Promise<void> {
  const due = read().strikes.filter((strike) => strike.step === step && isDue(strike))
  appendFileSync(reachedFile, `${JSON.stringify({ step, subject, pid: process.pid, strikes: due.map(({ id, act }) => ({ id, act })) })}\n`)
  for (const strike of due) await carryOut(strike)
}

function isDue({ id, nth }: Strike): boolean {
  const done = path.join(folder!, `done-${id}`)
  if (existsSync(done)) return false
  counts.set(id, (counts.get(id) ?? 0) + 1)
  if (counts.get(id) !== nth) return false
  writeFileSync(done, '')
  return true
}

async function carryOut({ act, ms = 0, step }: Strike): Promise<void> {
  switch (act) {
    case 'kill':
      return void process.kill(process.pid, 'SIGKILL')
    case 'freeze':
      return void process.kill(process.pid, 'SIGSTOP')
    case 'throw':
      throw new Error(`a fault was asked for at ${step}`)
    case 'delay':
      return new Promise((resolve) => setTimeout(resolve, ms))
  }
}

function read(): Orders {
  try {
    return JSON.parse(readFileSync(ordersFile, 'utf8')) as Orders
  } catch {
    return { clockOffsetMs: 0, strikes: [] }
  }
}

/** Only what tells the time of day: timers go on, as they do when a machine's clock is set. */
function shiftClock(offsetMs: () => number): void {
  const Real = Date
  class Shifted extends Real {
    constructor(...given: readonly unknown[]) {
      if (given.length === 0) super(Shifted.now())
      else super(...(given as [number]))
    }
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof Real
    }
    static override now(): number {
      return Real.now() + offsetMs()
    }
  }
  globalThis.Date = Shifted as DateConstructor
}

// The harness's side of what preload.ts obeys.
import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Step } from '../../../src/steps.ts'

export interface Strike {
  readonly id: string
  readonly step: Step
  /** Counts from when it was ordered, in each process by itself. */
  readonly nth: number
  readonly act: 'kill' | 'freeze' | 'throw' | 'delay'
  readonly ms?: number
}

export interface Orders {
  readonly clockOffsetMs: number
  readonly strikes: readonly Strike[]
}

export interface ReachedStep {
  readonly step: Step
  readonly subject: string
  readonly pid: number
  /** Those that hit there. */
  readonly strikes: readonly Pick<Strike, 'id' | 'act'>[]
}

export interface OrderBook {
  strike(strike: Omit<Strike, 'id'>): Promise<string>
  setClock(offsetMs: number): Promise<void>
  /** Whether a strike waits for its step. */
  areOpen(): Promise<boolean>
  /** Takes all orders back. */
  clear(): Promise<void>
  /** Steps since the book was opened, oldest first. */
  reached(): Promise<readonly ReachedStep[]>
}

export function openOrderBook(folder: string): OrderBook {
  let orders: Orders = { clockOffsetMs: 0, strikes: [] }
  let next = 1
  const write = async (changed: Orders) => {
    orders = changed
    // Renamed into place: nobody reads half of it.
    await writeFile(path.join(folder, 'orders.new'), JSON.stringify(orders))
    await rename(path.join(folder, 'orders.new'), path.join(folder, 'orders.json'))
  }
  const reached = async () => {
    const text = await readFile(path.join(folder, 'reached.log'), 'utf8').catch(() => '')
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ReachedStep)
  }
  return {
    async strike(strike) {
      const id = String(next++)
      await write({ ...orders, strikes: [...orders.strikes, { ...strike, id }] })
      return id
    },
    setClock: (clockOffsetMs) => write({ ...orders, clockOffsetMs }),
    async areOpen() {
      const struck = new Set((await reached()).flatMap(({ strikes }) => strikes.map(({ id }) => id)))
      return orders.strikes.some(({ id }) => !struck.has(id))
    },
    clear: () => write({ clockOffsetMs: 0, strikes: [] }),
    reached,
  }
}

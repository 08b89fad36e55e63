// Compares the ledger with the Git hosts: at the start, and every few minutes after that, in one of the processes that share a database.
import { setTimeout as delay } from 'node:timers/promises'
import { checkLedger } from '../pipeline/check-ledger.ts'
import { createHostPauses } from '../pipeline/host-pauses.ts'
import type { Kyozo } from '../pipeline/kyozo.ts'
import { holdDuty } from '../store/duties.ts'

/** Whoever has the duty asks for it again so often, and so soon another process goes on when it has died. */
const lookMs = 10_000
/** A host that says nothing is not waited for: what it would say, the next process asks. */
const stopMs = 1_000

export function startLedgerChecks(kyozo: Kyozo): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const hold = async () =>
    !signal.aborted && holdDuty(kyozo.db, { name: 'check ledger', holder: kyozo.owner, seconds: (3 * lookMs) / 1_000 })
  const pauses = createHostPauses(() => performance.now())
  const { ledgerCheckMs } = kyozo.config
  let dueAt = 0
  const look = async () => {
    if (!(await hold()) || performance.now() < dueAt) return
    dueAt = performance.now() + ledgerCheckMs
    await whileHeld(hold, () => checkLedger({ kyozo, pauses, signal }))
  }
  const running = (async () => {
    while (!signal.aborted) {
      await look().catch((error: unknown) => kyozo.log.warn({ error }, 'the ledger could not be compared and is compared again soon'))
      await delay(Math.min(lookMs, ledgerCheckMs), undefined, { signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await Promise.race([running, delay(stopMs, undefined, { ref: false })])
    },
  }
}

/** A long check keeps the duty. Should it be lost all the same, two may check at once, which does nothing twice. */
async function whileHeld(hold: () => Promise<boolean>, work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => void hold().catch(() => false), lookMs)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}

// Keeps a repair's lease while it works, and hears when somebody waits for the environment, and when the process is to stop.
import { KyozoError } from '../../errors.ts'
import { isYieldAsked, type RepairLease, renewRepair } from '../../store/repairs.ts'
import { HandedOver } from '../hand-over.ts'
import type { Kyozo } from '../kyozo.ts'

const renewMs = 8_000
/** Without a renewal for so long the worker stops by itself, before anybody else may start. */
const selfFenceMs = 20_000
const lookMs = 1_000

export function guardRepair(kyozo: Kyozo, lease: RepairLease): { readonly signal: AbortSignal; close(): void } {
  const stop = new AbortController()
  const lost = () => stop.abort(new KyozoError('lease_lost', 'another worker has taken this environment over'))
  let renewedAt = performance.now()
  const renew = () => {
    if (performance.now() - renewedAt > selfFenceMs) lost()
    renewRepair(kyozo.db, lease).then(
      (isHeld) => {
        if (isHeld) renewedAt = performance.now()
        else lost()
      },
      (error: unknown) => kyozo.log.warn({ error, repair: lease.repairId }, 'the lease of a repair could not be renewed'),
    )
  }
  const look = () => {
    isYieldAsked(kyozo.db, lease).then(
      (isAsked) => {
        if (isAsked) stop.abort(new KyozoError('superseded', 'a release waits for this environment'))
      },
      () => undefined,
    )
  }
  // Whoever goes on looks for itself: nothing has to be handed over.
  const leave = () => stop.abort(new HandedOver())
  const { begun } = kyozo.stopping
  if (begun.aborted) leave()
  else begun.addEventListener('abort', leave, { once: true })
  const off = kyozo.notifications.on('queue', (id) => {
    if (id === lease.environmentId) look()
  })
  const timers = [setInterval(renew, renewMs), setInterval(look, lookMs)]
  return {
    signal: stop.signal,
    close() {
      off()
      begun.removeEventListener('abort', leave)
      for (const timer of timers) clearInterval(timer)
    },
  }
}

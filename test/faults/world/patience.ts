// How much longer than on a quiet machine everything takes now. Deadlines of the harness go by it, so that load is no failure of kyozo.
import { availableParallelism, loadavg } from 'node:os'

const most = 5

/** 1 on a quiet machine. */
export function slowness(): number {
  const [lastMinute = 0] = loadavg()
  return Math.min(most, Math.max(1, lastMinute / availableParallelism()))
}

// Imported into a kyozo process before everything else: its clock is off by as many milliseconds as the file says that KYOZO_TEST_CLOCK names, from the
// moment at which the file says so. Timers and the monotonic clock are as they were, as on a machine whose clock somebody sets.
import { readFileSync } from 'node:fs'

const RealDate = Date
const file = process.env.KYOZO_TEST_CLOCK ?? ''
let shiftMs = 0

function look(): void {
  try {
    shiftMs = Number(readFileSync(file, 'utf8')) || 0
  } catch {
    shiftMs = 0
  }
}

look()
setInterval(look, 20).unref()

const now = () => RealDate.now() + shiftMs

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given) as object,
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})

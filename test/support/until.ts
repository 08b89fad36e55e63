import { setTimeout as delay } from 'node:timers/promises'

/** Repeats `look` until it gives something, and fails with what it was waiting for at the deadline. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { deadlineMs = 90_000, everyMs = 50 } = {},
): Promise<T> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs / 1000} s for ${what}`)
    await delay(everyMs)
  }
}

// When to look again: at once when the server says that something happened, and after a while when nothing is heard. Whoever looks then reads what
// is, so a stream that breaks, or is not to be had, costs time and never a line.
import type { Server } from './server.ts'

export interface Alarm {
  /** Follows these topics from now on, instead of others. */
  listen(topics: string): void
  /** Resolves when something happened since the last look, or after a while, at most `longestMs`. */
  wait(longestMs?: number): Promise<void>
  stop(): void
}

/** How long to wait without a word from the stream, and without a stream. */
const lookMs = { streaming: 5_000, alone: 1_000 }
/** Events come in bursts, and one look is enough for each. */
const restMs = 100

export function createAlarm(server: Pick<Server, 'events'>): Alarm {
  let topics: string | undefined
  let listening: AbortController | undefined
  let isStreaming = false
  let hasRung = false
  let ring: () => void = () => undefined
  const listen = async (signal: AbortSignal) => {
    try {
      for await (const _ of server.events(`/api/v1/events?topics=${topics}`, { signal })) {
        isStreaming = true
        hasRung = true
        ring()
      }
    } catch {
      // Without a stream, the clock does.
    }
    isStreaming = false
  }
  return {
    listen(asked) {
      if (asked === topics) return
      topics = asked
      listening?.abort()
      listening = new AbortController()
      void listen(listening.signal)
    },
    async wait(longestMs = lookMs.streaming) {
      await sleep(restMs)
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.max(0, Math.min(longestMs, isStreaming ? lookMs.streaming : lookMs.alone)))
          ring = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      hasRung = false
    },
    stop: () => listening?.abort(),
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

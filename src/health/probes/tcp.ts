// A connection that stays open. The engine's proxy accepts on a published port whether or not anything listens in the container, and closes
// at once when nothing does; so an accepted connection counts only when it is still open a moment later or something was said on it.
import { connect } from 'node:net'
import { wordsOf } from './http.ts'
import { inSeconds, type ProbeResult, type ProbeTarget, probeLimitMs } from './probe.ts'

/** The proxy notices within a few milliseconds; this is many times as long. */
const staysOpenMs = 100

export function probeTcp(target: ProbeTarget, port: number, limitMs = probeLimitMs): Promise<ProbeResult> {
  const asked = `a connection to port ${port}`
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port })
    const end = (hasPassed: boolean, words: string) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ hasPassed, words: `${asked} ${words}` })
    }
    let timer = setTimeout(() => end(false, `was not accepted in ${inSeconds(limitMs)}`), limitMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      timer = setTimeout(() => end(true, 'stays open'), staysOpenMs)
    })
    socket.once('data', () => end(true, 'was answered'))
    socket.once('end', () => end(false, 'found nothing listening on 0.0.0.0'))
    socket.once('error', (error) => end(false, wordsOf(error)))
  })
}

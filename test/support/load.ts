// A steady load through the edge: so many requests a second, and every answer that is not a success is kept.
import { Agent, request } from 'node:http'

export interface Load {
  readonly sent: () => number
  /** Stops, waits for what is under way, and gives every failure. */
  stop(): Promise<readonly string[]>
}

export function startLoad(target: { readonly port: number; readonly hosts: readonly string[]; readonly perSecond: number }): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 })
  const failures: string[] = []
  const underWay = new Set<Promise<void>>()
  let sent = 0
  const timer = setInterval(() => {
    const host = target.hosts[sent % target.hosts.length]!
    sent++
    const one = ask(agent, target.port, host).then((failure) => {
      if (failure !== undefined) failures.push(`${new Date().toISOString()} ${host}: ${failure}`)
      underWay.delete(one)
    })
    underWay.add(one)
  }, 1_000 / target.perSecond)
  return {
    sent: () => sent,
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
      agent.destroy()
      return failures
    },
  }
}

function ask(agent: Agent, port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      { agent, host: '127.0.0.1', port, path: '/', headers: { Host: `${host}:${port}` }, timeout: 15_000 },
      (answer) => {
        answer.resume()
        answer.once('end', () => resolve(answer.statusCode === 200 ? undefined : `status ${answer.statusCode}`))
        answer.once('error', (error) => resolve(error.message))
      },
    )
    asked.once('timeout', () => asked.destroy(new Error('no answer in 15 s')))
    asked.once('error', (error) => resolve(error.message))
    asked.end()
  })
}

// The containers behind the routes: which comes next, and the connections to each.
import { Agent } from 'node:http'
import type { Route, RouteTarget } from './routes.ts'
import type { Workload } from './workload.ts'

/**
 * Connections that nobody uses are kept this long. Servers close idle ones after a few seconds (Gunicorn 2, Node and Uvicorn 5); by closing
 * first, the edge does not send a request into a connection that is just going away.
 */
const idleConnectionMs = 1_000

export interface Targets {
  /** Those that get new requests, the least busy first; equally busy ones take turns. */
  inOrder(route: Route): readonly RouteTarget[]
  agentOf(target: RouteTarget): Agent
  /** Forgets the connections to targets that no route names any more. */
  keepOnly(routes: readonly Route[]): void
  close(): void
}

export function createTargets(workload: Workload): Targets {
  const agents = new Map<string, Agent>()
  let turn = 0
  return {
    inOrder(route) {
      const serving = route.targets.filter((target) => target.state === 'serving')
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER
      const start = serving.length === 0 ? 0 : turn % serving.length
      const inTurn = [...serving.slice(start), ...serving.slice(0, start)]
      return inTurn.sort((one, other) => workload.count(one.container) - workload.count(other.container))
    },
    agentOf(target) {
      const key = keyOf(target)
      const agent = agents.get(key) ?? new Agent({ keepAlive: true, timeout: idleConnectionMs })
      agents.set(key, agent)
      return agent
    },
    keepOnly(routes) {
      const named = new Set(routes.flatMap((route) => route.targets.map(keyOf)))
      for (const [key, agent] of agents) {
        if (named.has(key)) continue
        agents.delete(key)
        closeIdle(agent)
      }
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
}

function keyOf(target: RouteTarget): string {
  return `${target.container} ${target.host}:${target.port}`
}

/** What is under way goes on; `destroy` would end that too. */
function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
}

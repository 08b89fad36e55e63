// The containers behind the routes: who is busy with how much, which comes next, and when one has nothing left to do.
import { Agent } from 'node:http'
import type { Route, RouteTarget } from './routes.ts'

/**
 * Connections that nobody uses are kept this long. Servers close idle ones after a few seconds (Gunicorn 2, Node and Uvicorn 5); by closing
 * first, the edge does not send a request into a connection that is just going away.
 */
const idleConnectionMs = 1_000

/** Something under way that can be ended. */
interface Endable {
  destroy(): unknown
}

export interface Targets {
  /** Those that get new requests, the least busy first; equally busy ones take turns. */
  inOrder(route: Route): readonly RouteTarget[]
  agentOf(target: RouteTarget): Agent
  /** Counts something under way until the returned function is called. It is ended when a drain's deadline passes. */
  begin(target: RouteTarget, work: Endable): () => void
  /** Resolves when nothing of the containers is under way, at the deadline after ending what is left; returns how much that was. */
  drain(containers: readonly string[], deadlineMs: number): Promise<number>
  /** Forgets the connections to targets that no route names any more. */
  keepOnly(routes: readonly Route[]): void
  close(): void
}

export function createTargets(): Targets {
  const agents = new Map<string, Agent>()
  const underWay = new Map<string, Set<Endable>>()
  const idle = new Set<() => void>()
  let turn = 0

  const busyness = (target: RouteTarget) => underWay.get(target.container)?.size ?? 0
  const left = (containers: readonly string[]) => containers.flatMap((container) => [...(underWay.get(container) ?? [])])
  return {
    inOrder(route) {
      const serving = route.targets.filter((target) => target.state === 'serving')
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER
      const start = serving.length === 0 ? 0 : turn % serving.length
      return [...serving.slice(start), ...serving.slice(0, start)].sort((one, other) => busyness(one) - busyness(other))
    },
    agentOf(target) {
      const key = keyOf(target)
      const agent = agents.get(key) ?? new Agent({ keepAlive: true, timeout: idleConnectionMs })
      agents.set(key, agent)
      return agent
    },
    begin(target, work) {
      const works = underWay.get(target.container) ?? new Set()
      underWay.set(target.container, works.add(work))
      return () => {
        works.delete(work)
        if (works.size > 0) return
        if (underWay.get(target.container) === works) underWay.delete(target.container)
        for (const check of idle) check()
      }
    },
    drain(containers, deadlineMs) {
      return new Promise((resolve) => {
        const end = (cut: number) => {
          clearTimeout(timer)
          idle.delete(check)
          resolve(cut)
        }
        const check = () => {
          if (left(containers).length === 0) end(0)
        }
        const timer = setTimeout(() => {
          const works = left(containers)
          end(works.length)
          for (const work of works) work.destroy()
        }, deadlineMs)
        idle.add(check)
        check()
      })
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

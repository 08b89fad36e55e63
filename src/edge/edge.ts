// The embedded edge: in front of kyozo's own server on the same port, it takes the requests whose host names a service.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { rawAnswer, sendAnswer, unknownService, unknownUpgrade } from './answers.ts'
import { forward } from './forward.ts'
import { defaultLimits, type EdgeLimits } from './limits.ts'
import { matchHost, type Route, routeTable } from './routes.ts'
import { createTargets } from './targets.ts'
import { createTraffic, type TrafficOfHost } from './traffic.ts'
import { forwardUpgrade } from './upgrade.ts'
import { createWorkload } from './workload.ts'

export interface EdgeOptions {
  /** Names below `<workspace>.<base domain>` are the edge's. */
  readonly baseDomain: string
  readonly log: { warn(fields: object, message: string): void }
  /** Default is `defaultLimits`. */
  readonly limits?: Partial<EdgeLimits>
}

export interface Edge {
  /** Takes effect for the next request; what is under way goes on. */
  setRoutes(routes: readonly Route[]): void
  /** True when the request was the edge's and will be answered; false leaves it untouched. */
  handle(incoming: IncomingMessage, outgoing: ServerResponse): boolean
  /** The same for the server's `upgrade` event. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /**
   * For the server's `shouldUpgradeCallback`: other upgrades (`curl --http2` asks for h2c) are then ordinary requests, which a server may
   * treat them as, instead of being refused.
   */
  shouldUpgrade(incoming: IncomingMessage): boolean
  /**
   * Resolves when the containers have nothing under way, and at the deadline at the latest, when what is left is ended; returns how much
   * that was. Give them the state `draining`, or take them out of the routes, before.
   */
  drain(containers: readonly string[], deadlineMs: number): Promise<number>
  /** What was asked of each host since it was taken last. */
  takeTraffic(): ReadonlyMap<string, TrafficOfHost>
  close(): void
}

export function createEdge(options: EdgeOptions): Edge {
  const workload = createWorkload()
  const traffic = createTraffic()
  const targets = createTargets(workload)
  const context = { targets, workload, limits: { ...defaultLimits, ...options.limits } }
  let table = routeTable([])
  const match = (incoming: IncomingMessage) => matchHost(table, incoming.headers.host, options.baseDomain)
  const report = (error: unknown) => options.log.warn({ error }, 'the edge could not handle a request')
  return {
    setRoutes(routes) {
      table = routeTable(routes)
      targets.keepOnly(routes)
    },
    handle(incoming, outgoing) {
      const found = match(incoming)
      if (found.kind === 'not_ours') return false
      if (found.kind === 'unknown_service') sendAnswer(outgoing, unknownService)
      else {
        traffic.count(found.route.host, outgoing)
        forward(context, found.route, [incoming, outgoing]).catch((error) => {
          report(error)
          outgoing.destroy()
        })
      }
      return true
    },
    upgrade(incoming, socket, head) {
      const found = match(incoming)
      if (found.kind === 'not_ours') return false
      if (found.kind === 'unknown_service') socket.end(rawAnswer(unknownService))
      else if (!isWebSocket(incoming)) socket.end(rawAnswer(unknownUpgrade))
      else
        forwardUpgrade(context, found.route, { incoming, socket, head }).catch((error) => {
          report(error)
          socket.destroy()
        })
      return true
    },
    shouldUpgrade: isWebSocket,
    drain: workload.drain,
    takeTraffic: traffic.take,
    close: targets.close,
  }
}

function isWebSocket(incoming: IncomingMessage): boolean {
  return incoming.headers.upgrade?.toLowerCase() === 'websocket'
}

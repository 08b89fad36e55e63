// WebSockets: the request for the upgrade is forwarded like any other, and after a yes the two connections are one.
import { type IncomingMessage, request } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { brokeOff, noTarget, notReached, rawAnswer } from './answers.ts'
import { clientOf, type ForwardContext, pathOf, whenConnected } from './forward.ts'
import { type RawHeaders, responseHeaders, upgradeHeaders } from './headers.ts'
import type { Route, RouteTarget } from './routes.ts'

export interface Upgrade {
  readonly incoming: IncomingMessage
  readonly socket: Duplex
  /** What the client sent right after its request. */
  readonly head: Buffer
}

type Attempt = 'joined' | 'not_reached' | 'broke_off'

export async function forwardUpgrade(context: ForwardContext, route: Route, upgrade: Upgrade): Promise<void> {
  const { socket } = upgrade
  // Without a listener a client that leaves would end the process; the pipelines and requests below see that it left.
  socket.on('error', () => socket.destroy())
  const targets = context.targets.inOrder(route)
  for (const target of targets) {
    const attempt = await tryTarget(context, upgrade, target)
    if (attempt === 'joined' || socket.destroyed) return
    if (attempt === 'broke_off') return void socket.end(rawAnswer(brokeOff(route.service)))
  }
  socket.end(rawAnswer(targets.length === 0 ? noTarget(route.service) : notReached(route.service)))
}

function tryTarget(context: ForwardContext, { incoming, socket, head }: Upgrade, target: RouteTarget): Promise<Attempt> {
  return new Promise((resolve) => {
    const headers = upgradeHeaders(incoming.rawHeaders, clientOf(incoming))
    const { host, port } = target
    const sent = request({ host, port, method: 'GET', path: pathOf(incoming.url ?? '/'), headers, agent: false })
    const release = context.workload.begin(target.container, sent)
    const abandon = () => sent.destroy()
    socket.once('close', abandon)
    let wasSent = false
    let timer = setTimeout(abandon, context.limits.connectLimitMs)
    whenConnected(sent, () => {
      wasSent = true
      clearTimeout(timer)
      timer = setTimeout(abandon, context.limits.answerLimitMs)
      sent.end()
    })
    const finish = () => {
      clearTimeout(timer)
      socket.off('close', abandon)
      release()
    }
    sent.once('upgrade', (answer, service, firstBytes) => {
      const end = context.workload.begin(target.container, service)
      finish()
      resolve('joined')
      join({ client: socket, service, end }, { head: headOf(answer, answer.rawHeaders), fromClient: head, fromService: firstBytes })
    })
    sent.once('response', (answer) => {
      resolve('joined')
      if (socket.destroyed) {
        abandon()
        return finish()
      }
      clearTimeout(timer)
      socket.write(headOf(answer, [...responseHeaders(answer.rawHeaders), 'Connection', 'close']))
      pipeline(answer, socket, () => finish())
    })
    sent.on('error', () => {
      finish()
      resolve(wasSent ? 'broke_off' : 'not_reached')
    })
  })
}

interface Pair {
  readonly client: Duplex
  readonly service: Duplex
  /** Called when the two have no connection any more. */
  readonly end: () => void
}

interface FirstBytes {
  readonly head: string
  readonly fromClient: Buffer
  readonly fromService: Buffer
}

function join({ client, service, end }: Pair, first: FirstBytes): void {
  if (client.destroyed) {
    service.destroy()
    end()
    return
  }
  client.write(first.head)
  if (first.fromService.length > 0) client.write(first.fromService)
  if (first.fromClient.length > 0) service.write(first.fromClient)
  pipeline(service, client, () => {
    end()
    client.destroy()
  })
  pipeline(client, service, () => service.destroy())
}

function headOf(answer: IncomingMessage, headers: RawHeaders): string {
  const lines = headers.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${headers[at + 1] ?? ''}`] : []))
  return [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`, ...lines, '', ''].join('\r\n')
}

// WebSockets: the request for the upgrade is forwarded like any other, and after a yes the two connections are one.
import { type IncomingMessage, request } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { type Answer, noTarget, notHttp, notReached, rawAnswer, tooLate } from './answers.ts'
import { clientOf, type ForwardContext, onNoAnswer, pathOf, whenConnected } from './forward.ts'
import { canPass, type RawHeaders, responseHeaders, upgradeHeaders } from './headers.ts'
import type { Route, RouteTarget } from './routes.ts'

export interface Upgrade {
  readonly incoming: IncomingMessage
  readonly socket: Duplex
  /** What the client sent right after its request. */
  readonly head: Buffer
}

type Attempt = 'joined' | 'not_reached' | Answer

export async function forwardUpgrade(context: ForwardContext, route: Route, upgrade: Upgrade): Promise<void> {
  const { socket } = upgrade
  // Without a listener a client that leaves would end the process; the pipelines and requests below see that it left.
  socket.on('error', () => socket.destroy())
  const targets = context.targets.inOrder(route)
  for (const target of targets) {
    const attempt = await tryTarget(context, upgrade, { target, service: route.service })
    if (attempt === 'joined' || socket.destroyed) return
    if (attempt !== 'not_reached') return void socket.end(rawAnswer(attempt))
  }
  socket.end(rawAnswer(targets.length === 0 ? noTarget(route.service) : notReached(route.service)))
}

interface Choice {
  readonly target: RouteTarget
  readonly service: string
}

function tryTarget(context: ForwardContext, { incoming, socket, head }: Upgrade, { target, service }: Choice): Promise<Attempt> {
  const { connectLimitMs, answerLimitMs } = context.limits
  return new Promise((resolve) => {
    const headers = upgradeHeaders(incoming.rawHeaders, clientOf(incoming))
    const { host, port } = target
    const sent = request({ host, port, method: 'GET', path: pathOf(incoming.url ?? '/'), headers, agent: false })
    const release = context.workload.begin(target.container, sent)
    const abandon = () => sent.destroy()
    socket.once('close', abandon)
    const finish = () => {
      clearTimeout(timer)
      socket.off('close', abandon)
      release()
    }
    let stage: 'connecting' | 'sent' | 'answered' = 'connecting'
    const fail = (answer: Answer) => {
      if (stage === 'answered') return
      finish()
      resolve(stage === 'connecting' ? 'not_reached' : answer)
      sent.destroy()
    }
    let timer = setTimeout(() => fail(notReached(service)), connectLimitMs)
    whenConnected(sent, () => {
      stage = 'sent'
      clearTimeout(timer)
      timer = setTimeout(() => fail(tooLate(service, answerLimitMs)), answerLimitMs)
      sent.end()
    })
    sent.once('upgrade', (answer, opened, firstBytes) => {
      stage = 'answered'
      const end = context.workload.begin(target.container, opened)
      finish()
      resolve('joined')
      join({ client: socket, service: opened, end }, { head: headOf(answer, answer.rawHeaders), fromClient: head, fromService: firstBytes })
    })
    sent.once('response', (answer) => {
      if (!canPass(answer)) return fail(notHttp(service))
      stage = 'answered'
      clearTimeout(timer)
      resolve('joined')
      if (socket.destroyed) {
        abandon()
        return finish()
      }
      socket.write(headOf(answer, [...responseHeaders(answer.rawHeaders), 'Connection', 'close']), 'latin1')
      pipeline(answer, socket, () => finish())
    })
    onNoAnswer(sent, service, fail)
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
  client.write(first.head, 'latin1')
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

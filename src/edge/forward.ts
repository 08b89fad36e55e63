// Sends a request to one of a service's containers and streams the answer back.
//
// A container that cannot be reached is passed over: nothing was sent, so the next one may have the request, whatever its method. Once
// something was sent, only a request that changes nothing (GET, HEAD, OPTIONS without a body) is tried again, and only once. Such requests
// share kept connections; every other request gets a connection of its own, because a kept one may be closing at that very moment and then
// nobody could say whether the request was received.
//
// Node's own client is used rather than a proxy library: httpxy 0.5 does not do the above, which must be decided before the body is touched.
// The two cost the same processor time a request when they were compared.
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type Answer, brokeOff, noTarget, notHttp, notReached, sendAnswer, tooLate } from './answers.ts'
import { type Client, canPass, requestHeaders, responseHeaders } from './headers.ts'
import type { EdgeLimits } from './limits.ts'
import type { Route, RouteTarget } from './routes.ts'
import type { Targets } from './targets.ts'
import type { Workload } from './workload.ts'

export interface ForwardContext {
  readonly targets: Targets
  readonly workload: Workload
  readonly limits: EdgeLimits
}

interface Exchange {
  readonly route: Route
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly hasBody: boolean
  /** Whether sending it twice does no harm. */
  readonly isRepeatable: boolean
}

export async function forward(
  context: ForwardContext,
  route: Route,
  [incoming, outgoing]: [IncomingMessage, ServerResponse],
): Promise<void> {
  const hasBody = incoming.headers['transfer-encoding'] !== undefined || Number(incoming.headers['content-length'] ?? 0) > 0
  const isRepeatable = !hasBody && ['GET', 'HEAD', 'OPTIONS'].includes(incoming.method ?? '')
  const exchange = { route, incoming, outgoing, hasBody, isRepeatable }
  const targets = context.targets.inOrder(route)
  let answer = targets.length === 0 ? noTarget(route.service) : notReached(route.service)
  let repeats = 0
  for (const target of targets) {
    let attempt = await tryTarget(context, exchange, { target, isFresh: !isRepeatable })
    if (attempt.kind === 'failed' && attempt.wasReused && repeats++ === 0)
      attempt = await tryTarget(context, exchange, { target, isFresh: true })
    if (attempt.kind === 'answered' || outgoing.destroyed) return
    if (!attempt.wasSent) continue
    answer = attempt.answer
    if (!isRepeatable || attempt.wasTooLate || repeats++ > 0) break
  }
  sendAnswer(outgoing, answer)
}

type Attempt =
  | { readonly kind: 'answered' }
  | {
      readonly kind: 'failed'
      readonly wasSent: boolean
      /** It was sent into a kept connection, which may have been closing. */
      readonly wasReused: boolean
      readonly wasTooLate: boolean
      readonly answer: Answer
    }

interface Choice {
  readonly target: RouteTarget
  /** On a connection of its own. */
  readonly isFresh: boolean
}

/** Resolves when the answer has begun, or when there will be none. */
function tryTarget(context: ForwardContext, exchange: Exchange, choice: Choice): Promise<Attempt> {
  const { incoming, outgoing } = exchange
  const { service } = exchange.route
  const { connectLimitMs, answerLimitMs } = context.limits
  return new Promise((resolve, reject) => {
    const sent = request(requestOptions(context, exchange, choice))
    const release = context.workload.begin(choice.target.container, sent)
    const abandon = () => sent.destroy()
    outgoing.once('close', abandon)
    const finish = () => {
      clearTimeout(timer)
      outgoing.off('close', abandon)
      release()
    }
    let stage: 'connecting' | 'sent' | 'answered' | 'failed' = 'connecting'
    // Once the answer has begun, what goes wrong is the answer's matter.
    const fail = (answer: Answer, { wasTooLate = false } = {}) => {
      if (stage === 'answered' || stage === 'failed') return
      const wasSent = stage === 'sent'
      stage = 'failed'
      finish()
      resolve({ kind: 'failed', wasSent, wasReused: wasSent && sent.reusedSocket && !wasTooLate, wasTooLate, answer })
      sent.destroy()
    }
    let timer = setTimeout(() => fail(notReached(service)), connectLimitMs)
    whenConnected(sent, () => {
      clearTimeout(timer)
      stage = 'sent'
      sendBody(exchange, sent, incoming)
    })
    sent.once('finish', () => {
      if (stage === 'sent') timer = setTimeout(() => fail(tooLate(service, answerLimitMs), { wasTooLate: true }), answerLimitMs)
    })
    sent.once('response', (answer) => {
      if (!canPass(answer)) return fail(notHttp(service))
      clearTimeout(timer)
      stage = 'answered'
      try {
        passOn(answer, outgoing, finish)
        resolve({ kind: 'answered' })
      } catch (error) {
        // Thrown from here it would end the process.
        finish()
        sent.destroy()
        reject(error)
      }
    })
    onNoAnswer(sent, service, fail)
  })
}

/** `fail` is called at least once when there is no answer, and may be after one that has begun. */
export function onNoAnswer(sent: ClientRequest, service: string, fail: (answer: Answer) => void): void {
  sent.on('error', ({ code }: NodeJS.ErrnoException) => fail(code?.startsWith('HPE_') ? notHttp(service) : brokeOff(service)))
  // Not every end is an error: an unexpected `upgrade` that nobody listens to is none (Node 24).
  sent.once('close', () => fail(brokeOff(service)))
}

function requestOptions(context: ForwardContext, exchange: Exchange, { target, isFresh }: Choice) {
  const { incoming, hasBody } = exchange
  return {
    host: target.host,
    port: target.port,
    method: incoming.method ?? 'GET',
    path: pathOf(incoming.url ?? '/'),
    headers: [...requestHeaders(incoming.rawHeaders, clientOf(incoming)), ...bodyHeaders(incoming, hasBody)],
    agent: isFresh ? false : context.targets.agentOf(target),
  } as const
}

/** Clients that believe in a proxy name the whole address; a service expects the path. */
export function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '') || '/'
}

export function clientOf(incoming: IncomingMessage): Client {
  return { address: incoming.socket.remoteAddress ?? '', isEncrypted: 'encrypted' in incoming.socket }
}

/** A length was passed on with the other headers. Without one, a body is sent in chunks, and a method that usually has one says that it has none. */
function bodyHeaders(incoming: IncomingMessage, hasBody: boolean): readonly string[] {
  if (incoming.headers['content-length'] !== undefined) return []
  if (hasBody) return ['Transfer-Encoding', 'chunked']
  return ['POST', 'PUT', 'PATCH'].includes(incoming.method ?? '') ? ['Content-Length', '0'] : []
}

export function whenConnected(sent: ClientRequest, ready: () => void): void {
  sent.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', ready)
    else ready()
  })
}

function sendBody({ hasBody }: Exchange, sent: ClientRequest, incoming: IncomingMessage): void {
  if (!hasBody) {
    sent.end()
    return
  }
  sent.flushHeaders()
  incoming.pipe(sent)
  // A client that leaves in the middle must not look like one that was done.
  incoming.once('close', () => {
    if (!incoming.complete) sent.destroy()
  })
}

function passOn(answer: IncomingMessage, outgoing: ServerResponse, finish: () => void): void {
  if (outgoing.destroyed) {
    // The client left in this very moment, and there is nothing to pipe into any more.
    answer.destroy()
    finish()
    return
  }
  outgoing.sendDate = answer.headers.date === undefined
  outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer.rawHeaders))
  // An event stream may say nothing for a while, and its reader waits for the headers.
  if (answer.headers['content-length'] === undefined) outgoing.flushHeaders()
  // Not `pipeline`: making an error for every answer that ends well took a tenth of the edge's time (Node 24).
  answer.on('error', () => outgoing.destroy())
  answer.once('end', finish)
  answer.once('close', () => {
    finish()
    if (!answer.complete) outgoing.destroy()
  })
  answer.pipe(outgoing)
}

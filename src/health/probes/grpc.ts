// grpc.health.v1.Health/Check, the question that every gRPC server with a health service answers. Its two messages have one field each, so they
// are written and read here; https://github.com/grpc/grpc/blob/master/doc/health-checking.md.
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { inSeconds, oneLine, type ProbeResult, type ProbeTarget, probeLimitMs } from './probe.ts'

const method = '/grpc.health.v1.Health/Check'
const messageLimitBytes = 64 * 1024

/** A new connection each time, as every probe: no pool, no second try, no proxy, and no name but the one a local caller uses. */
const options = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.default_authority': 'localhost',
  'grpc.max_receive_message_length': messageLimitBytes,
  'grpc.primary_user_agent': 'kyozo-health',
}

export interface GrpcAsked {
  /** The name that is asked about; the server as a whole by default. */
  readonly service?: string
  readonly limitMs?: number
}

export function probeGrpc(target: ProbeTarget, { service = '', limitMs = probeLimitMs }: GrpcAsked = {}): Promise<ProbeResult> {
  const asked = `Health/Check${service === '' ? '' : ` of ${service}`}`
  return new Promise((resolve) => {
    const host = target.host.includes(':') ? `[${target.host}]` : target.host
    const client = new Client(`${host}:${target.port}`, credentials.createInsecure(), options)
    let isLate = false
    const call = client.makeUnaryRequest(method, healthRequest, servingStatus, service, (error, answer) => {
      clearTimeout(timer)
      client.close()
      if (error !== null)
        return resolve({
          hasPassed: false,
          words: `${asked} ${isLate ? `got no answer in ${inSeconds(limitMs)}` : wordsOf(error, service)}`,
        })
      resolve({ hasPassed: answer === serving, words: `${asked} answered ${statusNames[answer ?? 0] ?? answer}` })
    })
    // Its own deadline goes by the machine's clock, which may jump.
    const timer = setTimeout(() => {
      isLate = true
      call.cancel()
    }, limitMs)
  })
}

const serving = 1
const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

function wordsOf(error: ServiceError, service: string): string {
  switch (error.code) {
    case status.UNIMPLEMENTED:
      return 'is not implemented: the server has no grpc.health.v1.Health'
    case status.NOT_FOUND:
      return `answered NOT_FOUND: the server's health service does not know ${service === '' ? 'the server as a whole' : service}`
    case status.UNAVAILABLE:
      return `found no gRPC server (${oneLine(error.details)})`
    case status.RESOURCE_EXHAUSTED:
      return 'got an answer above 64 KiB'
    default:
      return `failed with ${status[error.code] ?? error.code}`
  }
}

/** Field 1, a text. */
export function healthRequest(service: string): Buffer {
  const name = Buffer.from(service, 'utf8')
  return name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}

/** Field 1, an enumeration: 0 when it is absent, and the last one when there are several. Unknown fields are passed over. */
export function servingStatus(message: Buffer): number {
  let found = 0
  for (let at = 0; at < message.length; ) {
    const tag = readVarint(message, at)
    const value = readVarint(message, tag.end)
    const kind = tag.value & 7
    if (kind === 0 && tag.value >>> 3 === 1) found = value.value
    if (kind === 0) at = value.end
    else if (kind === 2) at = value.end + value.value
    else if (kind === 1) at = tag.end + 8
    else if (kind === 5) at = tag.end + 4
    else throw new Error('the answer is not a HealthCheckResponse')
  }
  return found
}

function readVarint(message: Buffer, from: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let at = from, shift = 0; at < message.length && shift < 64; at++, shift += 7) {
    const byte = message[at]!
    if (shift < 28) value |= (byte & 0x7f) << shift
    if (byte < 0x80) return { value, end: at + 1 }
  }
  // An end of the message in the middle of a number: what was read stands, and nothing is left.
  return { value, end: message.length }
}

// Commands that change something: each request answers with an operation, which is followed to its end unless nobody wants to wait.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ErrorCode } from '../../errors.ts'
import { exitCodeOf } from '../exit-codes.ts'
import { printable, printDocument } from '../print.ts'
import type { JsonApiDocument, JsonApiResource } from './answers.ts'
import { awayWords, followOperation, relatedId } from './follow-operation.ts'
import type { LogLine } from './log-reader.ts'
import { type Call, isAway, mayHaveHeard, type Server, type ServerOptions } from './server.ts'

export interface OperateOptions extends ServerOptions {
  readonly wait: boolean
  readonly timeout: number
  readonly json?: boolean
  readonly verbose?: boolean
}

export interface Request {
  /** `shop/production/api`: what it is about. */
  readonly label: string
  /** `stop`, `deploy`: what is done to it. */
  readonly verb: string
  readonly path: string
  /** Default is `POST`. */
  readonly method?: string
  readonly body?: object
}

const defaultTimeoutSeconds = 1_800

export function withWaiting(command: Command): Command {
  return command
    .option('--no-wait', 'return as soon as it is accepted')
    .addOption(
      new Option('--timeout <seconds>', 'how long to wait for the end; what was begun goes on')
        .default(defaultTimeoutSeconds)
        .argParser(secondsIn),
    )
    .option('--verbose', 'print the whole output of builds too')
    .option('--json', 'print one JSON document')
}

function secondsIn(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 86_400)) throw new InvalidArgumentError('It is a number of seconds, at most 86400.')
  return seconds
}

/** Sends all requests, then waits for all of them; the exit code says whether each succeeded. */
export async function operate(server: Server, requests: readonly Request[], options: OperateOptions): Promise<void> {
  const started = await startAll(server, requests)
  const prefixed = requests.length > 1
  const ended = await Promise.all(
    started.map(async ({ request, operation }) => ({
      request,
      operation: options.wait ? await waitFor(server, operation, { ...options, label: prefixed ? `${request.label}: ` : '' }) : operation,
    })),
  )
  if (options.json) printDocument({ schemaVersion: 1, operations: ended.map(({ request, operation }) => documentOf(request, operation)) })
  else for (const { request, operation } of ended) process.stdout.write(`${request.label}  ${printable(endOf(operation))}\n`)
  for (const { operation } of ended) {
    const { state, error_hint: hint } = operation.attributes
    if (typeof hint === 'string' && !options.json) process.stderr.write(`  ${printable(hint)}\n`)
    if (state === 'failed' || state === 'canceled') process.exitCode = failureCode(operation)
  }
}

interface Started {
  readonly request: Request
  readonly operation: JsonApiResource
}

/** When one is refused, those before it are under way: that is said too. */
async function startAll(server: Server, requests: readonly Request[]): Promise<readonly Started[]> {
  const started: Started[] = []
  try {
    for (const request of requests) started.push({ request, operation: await start(server, request) })
  } catch (error) {
    for (const { request, operation } of started)
      process.stderr.write(`${request.verb} ${request.label} was accepted: kyozo operations ${operation.id} follows it\n`)
    throw error
  }
  return started
}

async function start(server: Server, { label, verb, path, method = 'POST', body }: Request): Promise<JsonApiResource> {
  const headers = { 'idempotency-key': randomUUID() }
  const call = { method, path, headers, to: `${verb} ${label}`, ...(body === undefined ? {} : { body }) }
  return (await sendUntilAnswered(server, call))!.data as JsonApiResource
}

/** For a kyozo that is started again meanwhile. */
const awayMs = 60_000
const againMs = 1_000

/** A server that broke off or did not answer in time may have heard it: with the same key it is not done twice, so it is asked until it says. */
async function sendUntilAnswered(server: Server, call: Call): Promise<JsonApiDocument | undefined> {
  let heardAt: number | undefined
  for (;;) {
    try {
      return await server.send(call)
    } catch (error) {
      if (heardAt === undefined && mayHaveHeard(error)) {
        heardAt = performance.now()
        process.stderr.write(`${awayWords}\n`)
      }
      if (heardAt === undefined || !isAway(error) || performance.now() - heardAt > awayMs) throw error
      await delay(againMs)
    }
  }
}

/** How the end of an operation that did not succeed reads as an exit code: refused ones are told apart from failed ones. */
export function failureCode({ attributes }: JsonApiResource): number {
  return exitCodeOf((attributes.error_code ?? 'internal') as ErrorCode)
}

export function waitFor(
  server: Server,
  operation: JsonApiResource,
  { label, timeout, json, verbose }: { readonly label: string } & Pick<OperateOptions, 'timeout' | 'json' | 'verbose'>,
): Promise<JsonApiResource> {
  const tell = (text: string) => process.stderr.write(`${label}${printable(text)}\n`)
  const onLine = (line: LogLine) => {
    if (line.stream === 'release') tell(line.text)
    else if (verbose) tell(`${line.service === null ? '' : `${line.service} | `}${line.text}`)
  }
  return followOperation(server, operation, { timeoutMs: timeout * 1000, onWords: tell, ...(json && !verbose ? {} : { onLine }) })
}

/** The state and the words that explain it. */
export function endOf({ attributes }: JsonApiResource): string {
  const { state, words, error_message: message } = attributes
  const told = typeof message === 'string' && message !== '' ? message : words
  const first = typeof told === 'string' ? told.split('\n')[0] : ''
  return first === '' ? String(state) : `${state}: ${first}`
}

function documentOf(request: Request, operation: JsonApiResource) {
  const release = relatedId(operation, 'release')
  return { target: request.label, action: request.verb, id: operation.id, ...operation.attributes, release: release ?? null }
}

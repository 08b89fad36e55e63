// What every part of this folder works with: the engine's API, which instance we are, and where the compose files are kept.
import Docker from 'dockerode'
import { KyozoError } from '../../errors.ts'
import { createGates, type Gates } from '../../gate.ts'
import { asEngineError } from './errors.ts'
import { turns } from './turns.ts'

/** The part of a logger that the engine uses. */
export interface EngineLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface DockerEngineOptions {
  /** `unix:///path` or `tcp://host:port`. Default is `unix:///var/run/docker.sock`. */
  readonly dockerHost?: string
  /** Where the compose files of each stack are written: `<stacksDir>/<project>/`. */
  readonly stacksDir: string
  /** The value of `kyozo.instance` on everything this engine makes; what carries another value is never touched. */
  readonly instance: string
  readonly log: EngineLog
  /** The IPv4 range that networks of stacks are cut from, a /23 each. Default is `10.213.0.0/16`, room for 128. */
  readonly networkPool?: string
  /** Where the ways to the engine and to registries are kept. Default is its own place. */
  readonly gates?: Gates
  /** When it aborts, nobody waits for the engine any more. */
  readonly halt?: AbortSignal
}

export interface DockerContext {
  readonly gates: Gates
  readonly docker: Docker
  readonly dockerHost: string
  readonly stacksDir: string
  readonly instance: string
  readonly log: EngineLog
  readonly networkPool: string
  /**
   * What changes the containers or addresses of one project takes turns, because Compose on one project at once fails; so does what looks for
   * a subnet, whatever the project. Other processes do the same at the same time: their callers hold a lease, and for subnets it is tried again.
   */
  readonly inTurn: ReturnType<typeof turns>
}

/** Away from what Docker, home routers and cloud networks use. */
const defaultNetworkPool = '10.213.0.0/16'

export const defaultDockerHost = 'unix:///var/run/docker.sock'

/** An engine that takes longer than this to answer a single question hangs. */
const answerLimitMs = 30_000

export function dockerContext(options: DockerEngineOptions): DockerContext {
  const dockerHost = options.dockerHost || defaultDockerHost
  return {
    docker: new Docker(addressOf(dockerHost)),
    dockerHost,
    stacksDir: options.stacksDir,
    instance: options.instance,
    log: options.log,
    networkPool: options.networkPool ?? defaultNetworkPool,
    gates: options.gates ?? createGates(),
    inTurn: turns(),
  }
}

/** The library falls back to the environment for whatever is not given, so both ways to reach an engine are always stated. */
function addressOf(dockerHost: string): Docker.DockerOptions {
  const url = URL.parse(dockerHost)
  if (url?.protocol === 'unix:' && url.pathname.length > 1) return { socketPath: url.pathname, host: undefined, port: undefined }
  if (url?.protocol === 'tcp:' && url.hostname && url.port) return { host: url.hostname, port: url.port, protocol: 'http' }
  throw new KyozoError('config_invalid', `DOCKER_HOST is ${JSON.stringify(dockerHost)}, which kyozo cannot use`, {
    hint: 'use unix:///path/to/docker.sock or tcp://host:port',
  })
}

export interface Question {
  /** What is tried, as the end of "could not …". */
  readonly tried: string
  /** Infinite where the answer is an event. Default is 30 s. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

/** One call of the engine's API, with a deadline and with its errors in our words. */
export async function ask<T>(question: Question, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadlineMs = question.deadlineMs ?? answerLimitMs
  const limit = new AbortController()
  // Not `AbortSignal.timeout`: one that somebody listens to lives until it fires, however soon the answer comes.
  const timer = deadlineMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => limit.abort(), deadlineMs)
  const signal = question.signal ? AbortSignal.any([limit.signal, question.signal]) : limit.signal
  try {
    signal.throwIfAborted()
    return await Promise.race([call(signal), rejectedOn(signal)])
  } catch (error) {
    if (question.signal?.aborted) throw asAborted(question)
    if (limit.signal.aborted)
      throw new KyozoError('engine_unavailable', `could not ${question.tried}: the engine did not answer within ${deadlineMs / 1000} s`, {
        hint: 'look whether the Docker engine hangs: `docker ps`',
        cause: error,
      })
    throw asEngineError(error, question.tried)
  } finally {
    clearTimeout(timer)
  }
}

const pingMs = 5_000

/** A short question with a short deadline. */
export function pingEngine({ docker }: DockerContext): Promise<unknown> {
  return ask({ tried: 'reach the Docker engine', deadlineMs: pingMs }, () => docker.ping())
}

function rejectedOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

export function asAborted(question: Pick<Question, 'tried' | 'signal'>): KyozoError {
  const reason: unknown = question.signal?.reason
  return reason instanceof KyozoError
    ? reason
    : new KyozoError('superseded', `stopped before it could ${question.tried}`, { cause: reason })
}

export interface EngineCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly abortSignal: AbortSignal
}

/** For what the library has no call for, or one that drops its filters (dockerode 4: `df` and `pruneBuilder`). */
export function call<T>({ docker }: DockerContext, { method, path, query, abortSignal }: EngineCall): Promise<T> {
  return new Promise((resolve, reject) => {
    const statusCodes = { 200: true, 400: 'bad parameter', 409: 'conflict', 500: 'server error' }
    const options = { path: `${path}?`, method, options: { ...query }, statusCodes, abortSignal }
    docker.modem.dial(options as never, (error: Error | null, answer: unknown) => (error ? reject(error) : resolve(answer as T)))
  })
}

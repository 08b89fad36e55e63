// The engine's failures in kyozo's words. What is worth trying again is decided here.
import { type ErrorCode, type ErrorDetails, KyozoError } from '../../errors.ts'

/** The members of dockerode's and Node's errors that say what happened. */
interface ForeignError {
  readonly code?: unknown
  readonly statusCode?: unknown
  readonly json?: unknown
  readonly message?: unknown
}

const unreachableCodes = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND'])

/** `tried` is the end of "could not …". */
export function asEngineError(thrown: unknown, tried: string): KyozoError {
  if (thrown instanceof KyozoError) return thrown
  const foreign = thrown as ForeignError
  if (typeof foreign.statusCode === 'number') return refusal(answerOf(foreign), { tried, cause: thrown })
  if (foreign.code === 'EACCES')
    return new KyozoError('engine_unavailable', `could not ${tried}: no permission to use the Docker engine's socket`, {
      hint: 'run kyozo as root or as a member of the group `docker`',
      retryable: false,
      cause: thrown,
    })
  if (typeof foreign.code === 'string' && unreachableCodes.has(foreign.code))
    return new KyozoError('engine_unavailable', `could not ${tried}: the Docker engine does not answer (${foreign.code})`, {
      hint: startHint,
      cause: thrown,
    })
  return new KyozoError('engine_refused', `could not ${tried}: ${String(foreign.message ?? thrown)}`, { cause: thrown })
}

export function statusOf(thrown: unknown): number | undefined {
  const status = (thrown as ForeignError | undefined)?.statusCode
  return typeof status === 'number' ? status : undefined
}

interface Attempt {
  readonly tried: string
  readonly cause?: unknown
}

/** What the engine, or one of its command line tools, said instead of doing what was tried. */
export function refusal(answer: string, attempt: Attempt): KyozoError {
  const known = knownAnswers.find((entry) => entry.pattern.test(answer))
  const details: ErrorDetails = { ...known?.details, cause: attempt.cause }
  return new KyozoError(known?.code ?? 'engine_refused', `could not ${attempt.tried}: ${answer}`, details)
}

const startHint = 'start it, or set DOCKER_HOST to where it listens; `kyozo doctor` shows what is missing'

interface KnownAnswer {
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly details: ErrorDetails
}

const knownAnswers: readonly KnownAnswer[] = [
  {
    pattern: /no space left on device/i,
    code: 'disk_full',
    details: { hint: 'free some space where the Docker engine keeps its data: `docker system df`' },
  },
  {
    pattern: /cannot connect to the docker daemon|error during connect|is the docker daemon running/i,
    code: 'engine_unavailable',
    details: { hint: startHint },
  },
  {
    pattern: /port is already allocated|address already in use/i,
    code: 'engine_refused',
    details: { hint: 'another program holds that port; let the engine pick one, or stop the other program', retryable: true },
  },
  {
    pattern: /no such container|marked for removal|removal of container .* is already in progress/i,
    code: 'engine_refused',
    details: { hint: 'somebody removed that container meanwhile; kyozo looks again', retryable: true },
  },
  {
    pattern: /container name .* is already in use/i,
    code: 'engine_refused',
    details: { hint: 'a container that kyozo did not make has the name; remove it or rename it' },
  },
  {
    pattern: /no such image|pull access denied|manifest unknown|image .* not found/i,
    code: 'engine_refused',
    details: { hint: 'the image is not on the engine: it was pruned, or it was never built or pulled' },
  },
  {
    pattern: /executable file not found|no such file or directory: unknown/i,
    code: 'engine_refused',
    details: { hint: 'the start command names a program that is not in the image' },
  },
  {
    pattern: /all predefined address pools have been fully subnetted/i,
    code: 'engine_refused',
    details: { hint: 'the engine has no address range left for another network: remove unused networks or widen `default-address-pools`' },
  },
]

function answerOf(foreign: ForeignError): string {
  const body = foreign.json as { readonly message?: unknown } | null | undefined
  const message = typeof body?.message === 'string' ? body.message : String(foreign.message)
  return message.trim().replace(/^Error response from daemon: /, '')
}

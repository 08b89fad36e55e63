// Every failure a person can meet. An adapter turns foreign errors into one of these at its edge and decides there whether trying again can help.

/** Where in the flow a failure happened. */
export type Stage = 'configure' | 'receive' | 'fetch' | 'analyze' | 'specify' | 'plan' | 'build' | 'apply' | 'health' | 'report' | 'store'

interface ErrorKind {
  readonly stage: Stage
  /** Whether the same attempt may succeed later without anybody changing anything. */
  readonly retryable: boolean
}

/** The catalogue: one line a code. Each code has a heading in docs/errors.md. */
export const errorKinds = {
  config_invalid: { stage: 'configure', retryable: false },
  data_dir_locked: { stage: 'configure', retryable: false },
  backup_invalid: { stage: 'configure', retryable: false },
  not_found: { stage: 'configure', retryable: false },
  unauthorized: { stage: 'receive', retryable: false },
  forbidden: { stage: 'receive', retryable: false },
  misdirected: { stage: 'receive', retryable: false },
  bad_request: { stage: 'receive', retryable: false },
  invalid: { stage: 'receive', retryable: false },
  conflict: { stage: 'receive', retryable: false },
  state_conflict: { stage: 'receive', retryable: false },
  precondition_failed: { stage: 'receive', retryable: false },
  idempotency_key_reused: { stage: 'receive', retryable: false },
  quota_exceeded: { stage: 'plan', retryable: false },
  port_unavailable: { stage: 'plan', retryable: false },
  secret_unreadable: { stage: 'specify', retryable: false },
  canceled: { stage: 'build', retryable: false },
  signature_invalid: { stage: 'receive', retryable: false },
  method_not_allowed: { stage: 'receive', retryable: false },
  media_type_unsupported: { stage: 'receive', retryable: false },
  request_timed_out: { stage: 'receive', retryable: true },
  overloaded: { stage: 'receive', retryable: true },
  not_acceptable: { stage: 'receive', retryable: false },
  payload_too_large: { stage: 'receive', retryable: false },
  payload_invalid: { stage: 'receive', retryable: false },
  store_unavailable: { stage: 'store', retryable: true },
  lease_lost: { stage: 'store', retryable: false },
  stopping: { stage: 'store', retryable: true },
  repository_unauthorized: { stage: 'fetch', retryable: false },
  repository_not_found: { stage: 'fetch', retryable: false },
  repository_unreachable: { stage: 'fetch', retryable: true },
  repository_away: { stage: 'fetch', retryable: true },
  repository_corrupt: { stage: 'fetch', retryable: false },
  repository_too_large: { stage: 'fetch', retryable: false },
  repository_url_refused: { stage: 'fetch', retryable: false },
  revision_not_found: { stage: 'fetch', retryable: false },
  declaration_invalid: { stage: 'analyze', retryable: false },
  topology_too_large: { stage: 'analyze', retryable: false },
  compose_invalid: { stage: 'specify', retryable: false },
  compose_refused: { stage: 'specify', retryable: false },
  dockerfile_refused: { stage: 'specify', retryable: false },
  dependency_cycle: { stage: 'specify', retryable: false },
  service_vanished: { stage: 'plan', retryable: false },
  template_missing: { stage: 'specify', retryable: false },
  build_failed: { stage: 'build', retryable: false },
  build_timed_out: { stage: 'build', retryable: false },
  pull_failed: { stage: 'build', retryable: true },
  superseded: { stage: 'build', retryable: false },
  engine_unavailable: { stage: 'apply', retryable: true },
  engine_refused: { stage: 'apply', retryable: false },
  disk_full: { stage: 'build', retryable: true },
  child_timed_out: { stage: 'apply', retryable: true },
  seed_failed: { stage: 'apply', retryable: false },
  not_healthy: { stage: 'health', retryable: false },
  forge_unavailable: { stage: 'report', retryable: true },
  forge_refused: { stage: 'report', retryable: false },
  internal: { stage: 'apply', retryable: false },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorKinds

/** What is wrong with one part of a request. */
export interface Problem {
  /** A JSON pointer into the body that was sent, or the name of a query parameter or header. */
  readonly source: { readonly pointer: string } | { readonly parameter: string } | { readonly header: string }
  /** Field, value and rule, as a sentence. */
  readonly message: string
  /** An address that says what kind of problem this is, where a published one fits. */
  readonly kind?: string
  /** What a program needs to mend it. */
  readonly meta?: Readonly<Record<string, unknown>>
}

export interface ErrorDetails {
  /** Everything that is wrong with a request, when more than one thing can be. Default is none. */
  readonly problems?: readonly Problem[]
  /** What a person can do about it, as one sentence. */
  readonly hint?: string
  /** The service it is about, when it is about one. */
  readonly service?: string
  /** When trying again can help, for `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Overrides the catalogue where the adapter knows better. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/**
 * A failure with words for a person. `message` says what was tried, on what, and what came back; `hint` says what to do next.
 * People see message and hint, logs see the cause, nobody sees a secret.
 */
export class KyozoError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly service: string | undefined
  readonly problems: readonly Problem[]
  readonly retryAfterSeconds: number | undefined
  readonly retryable: boolean
  readonly stage: Stage

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.name = 'KyozoError'
    this.code = code
    this.hint = details.hint
    this.service = details.service
    this.problems = details.problems ?? []
    this.retryAfterSeconds = details.retryAfterSeconds
    this.retryable = details.retryable ?? errorKinds[code].retryable
    this.stage = errorKinds[code].stage
  }
}

/** Any thrown value as a KyozoError, so that every path ends in words. */
export function asKyozoError(thrown: unknown, fallback: ErrorCode = 'internal'): KyozoError {
  if (thrown instanceof KyozoError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new KyozoError(fallback, message, { cause: thrown })
}

// How a command ends: 0 ok · 1 failed · 2 changes pending or unsure · 3 usage or configuration · 4 authentication · 5 not found · 6 refused · 7 timed out.
import type { ErrorCode } from '../errors.ts'

/** A failure that is not listed is a 1. */
const exitCodes: Partial<Record<ErrorCode, number>> = {
  config_invalid: 3,
  declaration_invalid: 3,
  data_dir_locked: 3,
  backup_invalid: 3,
  bad_request: 3,
  invalid: 3,
  method_not_allowed: 3,
  payload_invalid: 3,
  payload_too_large: 3,
  unauthorized: 4,
  not_found: 5,
  revision_not_found: 5,
  forbidden: 6,
  conflict: 6,
  state_conflict: 6,
  precondition_failed: 6,
  idempotency_key_reused: 6,
  quota_exceeded: 6,
  port_unavailable: 6,
  compose_refused: 6,
  dockerfile_refused: 6,
  engine_refused: 6,
  forge_refused: 6,
  child_timed_out: 7,
  build_timed_out: 7,
  request_timed_out: 7,
}

export function exitCodeOf(code: ErrorCode): number {
  return exitCodes[code] ?? 1
}

/** Of an answer that is itself the data. */
export function exitCodeOfStatus(status: number): number {
  if (status < 400) return 0
  const codes: Readonly<Record<number, number>> = { 400: 3, 401: 4, 403: 6, 404: 5, 409: 6, 412: 6, 422: 3 }
  return codes[status] ?? 1
}

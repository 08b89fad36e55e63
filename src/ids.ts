import { v7 } from 'uuid'

/**
 * A UUID version 7 (RFC 9562): made here, because PostgreSQL has `uuidv7()` only since 18. Those of one process sort in the order
 * they were made in, within one millisecond and when the clock is put back.
 */
export function newId(): string {
  return v7()
}

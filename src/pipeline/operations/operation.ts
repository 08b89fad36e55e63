// What every kind of operation is given, and how it may come out.
import type { Executor } from '../../store/database.ts'
import type { OperationLease } from '../../store/operation-leases.ts'
import type { Operation } from '../../store/operations.ts'
import type { Kyozo } from '../kyozo.ts'

export interface OperationContext {
  readonly kyozo: Kyozo
  /** For `followRelease` and `finishOperation`, where the work and its end belong into one transaction. */
  readonly lease: OperationLease
  /** Values that no words of this operation may hold. */
  redactAlso(values: readonly string[]): void
  /** Aborts when the lease is lost. */
  readonly signal: AbortSignal
}

/**
 * `done`: it has ended well. `follows`: a release carries it out and ends it, as `askForRelease` arranges. `ended`: its end is stored already, by
 * `finishOperation`. Whatever is thrown ends it as failed, or has it tried again when that can help.
 */
export type OperationOutcome =
  | { readonly kind: 'done'; readonly words: string; readonly result?: Readonly<Record<string, unknown>> }
  | { readonly kind: 'follows' }
  | { readonly kind: 'ended' }

/** May be called again after a crash in the middle: what is done already is then not done twice. */
export type OperationWork = (operation: Operation, context: OperationContext) => Promise<OperationOutcome>

export interface Failed {
  /** Rows are held in the order in which everybody holds them; the operation's own comes after all of them. */
  readonly trx: Executor
  readonly baseUrl: string
  /** Why, and what can be done about it: nothing in it is a secret. */
  readonly words: string
}

/**
 * What else the end as failed leaves behind, in the transaction that stores it. It changes nothing outside of the database. What it throws is logged, and the
 * operation ends all the same.
 */
export type OperationFailure = (operation: Operation, failed: Failed) => Promise<void>

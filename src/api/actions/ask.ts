// The one way in which something is asked of kyozo: the row is held, the state is looked at, the intent is stored, and a worker is woken, all in one
// transaction. Nothing is done here.
import { KyozoError, type Problem } from '../../errors.ts'
import { recordAudit } from '../../store/audit.ts'
import type { Executor } from '../../store/database.ts'
import { type Operation, type OperationRequest, openOperation, repeatedOperation, startOperation } from '../../store/operations.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Ended } from '../resources/resource.ts'

export interface Asking {
  readonly viewer: Viewer
  readonly idempotencyKey?: string | undefined
}

export interface Asked {
  readonly operation: Omit<OperationRequest, 'idempotencyKey'>
  /** `workspaces.delete`, and the row that it is about. */
  readonly action: string
  readonly subject: { readonly type: string; readonly id: string; readonly name?: string | null }
  readonly details?: Readonly<Record<string, unknown>>
  /** Whether one that was asked for already is answered instead of another, to a request without a key of its own. Default is never. */
  readonly joins?: 'open' | 'waiting'
  /** Checks the state and stores what is wanted. Not called when the request is a repetition. */
  readonly store?: (trx: Executor) => Promise<void>
}

/** `prepare` holds the row, in the transaction, before anything else is read. */
export async function ask(
  context: ActionContext,
  asking: Asking,
  prepare: (trx: Executor) => Promise<Asked>,
): Promise<Extract<Ended, { kind: 'operation' }>> {
  const operation = await context.db.transaction().execute(async (trx) => askWithin(trx, context, { asking, asked: await prepare(trx) }))
  return { kind: 'operation', operation }
}

export async function askWithin(
  trx: Executor,
  context: ActionContext,
  { asking, asked }: { readonly asking: Asking; readonly asked: Asked },
): Promise<Operation> {
  const { viewer, idempotencyKey } = asking
  const request = { ...asked.operation, idempotencyKey }
  const repeated = await repeatedOperation(trx, viewer, request)
  if (repeated !== undefined) return repeated
  // A key belongs to one operation for good: the request may be repeated when what it could join has ended.
  const joined =
    asked.joins === undefined || idempotencyKey !== undefined
      ? undefined
      : await openOperation(trx, viewer, { ...request, among: asked.joins })
  if (joined !== undefined) return joined
  await asked.store?.(trx)
  const { operation, isNew } = await startOperation(trx, viewer, request)
  if (!isNew) return operation
  await audit(trx, context, { viewer, ...asked })
  await context.queue.enqueueOperation(trx, operation.id)
  return operation
}

export function audit(
  trx: Executor,
  context: ActionContext,
  entry: Pick<Asked, 'action' | 'subject' | 'details'> & { readonly viewer: Viewer },
): Promise<void> {
  const { action, subject, details } = entry
  return recordAudit(trx, entry.viewer, {
    action,
    subjectType: subject.type,
    subjectId: subject.id,
    subjectName: subject.name ?? null,
    ipAddress: context.ipAddress,
    ...(details === undefined ? {} : { details }),
  })
}

/** Throws `invalid` with every problem, when there are any. */
export function assertNoProblems(problems: readonly Problem[]): void {
  const [first] = problems
  if (first === undefined) return
  const others = problems.length === 1 ? '' : `, and ${problems.length - 1} more`
  throw new KyozoError('invalid', `${first.message}${others}`, { problems })
}

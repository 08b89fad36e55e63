// What is asked of services, as the API stores it: the intent and the operation in one transaction.

import { createLog } from '../../src/log.ts'
import { openQueue, type Queue } from '../../src/queue/queue.ts'
import { type OpenDatabase, openDatabase } from '../../src/store/database.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { seekService } from '../../src/store/intents.ts'
import { findOperation, type Operation, startOperation } from '../../src/store/operations.ts'
import type { ServiceInstance } from '../../src/store/service-instances.ts'
import { until } from '../support/until.ts'

export interface Intent {
  readonly desiredState?: 'running' | 'stopped' | 'destroyed'
  readonly reason?: string
  readonly settings?: Readonly<Record<string, unknown>>
}

export interface Acting {
  readonly db: OpenDatabase['db']
  instance(name: string): Promise<ServiceInstance>
  /** Stores an intent and starts an operation; its id. */
  ask(kind: string, service: string, intent?: Intent): Promise<string>
  /** The operation once it has ended. */
  ended(id: string): Promise<Operation>
  /** Both. */
  act(kind: string, service: string, intent?: Intent): Promise<Operation>
  close(): Promise<void>
}

export async function openActing(url: string): Promise<Acting> {
  const database = await openDatabase(url, 'kyozo test')
  const { db } = database
  const queue: Queue = await openQueue(url, createLog('silent'))
  const viewer = {
    teamId: await defaultTeam(db),
    userId: null as never,
    name: 'ada',
    role: 'owner' as const,
    scopes: [],
    via: { kind: 'token' as const, id: '' },
    grants: [],
  }
  const instance = (name: string) =>
    db.selectFrom('serviceInstances').selectAll().where('name', '=', name).orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
  const ask: Acting['ask'] = async (kind, service, intent = {}) => {
    const { id, environmentId, workspaceId } = await instance(service)
    const { desiredState, reason, settings } = intent
    return db.transaction().execute(async (trx) => {
      await trx
        .updateTable('serviceInstances')
        .set({
          ...(desiredState === undefined ? {} : { desiredState, desiredBy: 'ada', desiredReason: reason ?? null, desiredAt: new Date() }),
          ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
          updatedAt: new Date(),
        })
        .where('id', '=', id)
        .execute()
      if (kind === 'create_service') await seekService(trx, id)
      const { operation } = await startOperation(trx, viewer, { kind, workspaceId, environmentId, serviceInstanceId: id })
      await queue.enqueueOperation(trx, operation.id)
      return operation.id
    })
  }
  const ended: Acting['ended'] = (id) =>
    until(
      `the operation to end`,
      async () => {
        const found = await findOperation(db, id)
        return found?.finishedAt == null ? undefined : found
      },
      { deadlineMs: 90_000 },
    )
  return {
    db,
    instance,
    ask,
    ended,
    act: async (kind, service, intent) => ended(await ask(kind, service, intent)),
    async close() {
      await queue.close()
      await database.close()
    },
  }
}

import type { Selectable } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { DeliveryTable, ForgeName } from './tables/git.ts'

export type Delivery = Selectable<DeliveryTable>

export interface NewDelivery {
  readonly forge: ForgeName
  readonly connection: string | null
  readonly deliveryId: string
  readonly event: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface DeliveryOutcome {
  readonly teamId: string | null
  readonly workspaceId: string | null
  readonly decision: Delivery['decision']
  readonly reason: string
  readonly releaseIds: readonly string[]
}

/** The delivery with this id, when it was stored before: what is done once is not done twice. */
export function findDeliveryByHostId(db: Executor, forge: ForgeName, deliveryId: string): Promise<Delivery | undefined> {
  return db.selectFrom('deliveries').selectAll().where('forge', '=', forge).where('deliveryId', '=', deliveryId).executeTakeFirst()
}

export function findDelivery(db: Executor, id: string): Promise<Delivery | undefined> {
  return db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Stores the row first, so that a second delivery with the same id waits for this transaction and then finds it. Returns undefined when it exists. */
export async function insertDelivery(db: Executor, delivery: NewDelivery): Promise<string | undefined> {
  const row = await db
    .insertInto('deliveries')
    .values({ ...delivery, id: newId(), headers: JSON.stringify(delivery.headers), decision: 'ignored', reason: 'not decided yet' })
    .onConflict((conflict) => conflict.columns(['forge', 'deliveryId']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

export async function decideDelivery(db: Executor, id: string, outcome: DeliveryOutcome): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ ...outcome, releaseIds: [...outcome.releaseIds], processedAt: databaseNow })
    .where('id', '=', id)
    .execute()
}

import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { DeliveryArrival, DeliveryTable, ForgeName } from './tables/git.ts'

export type Delivery = Selectable<DeliveryTable>

export interface NewDelivery {
  readonly forge: ForgeName
  readonly connection: string | null
  readonly deliveryId: string
  readonly event: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Default is that the host sent it. */
  readonly arrival?: DeliveryArrival
  /** When the host sent it first, where it came later than that. */
  readonly sentAt?: Date
  /** Why it came otherwise than by being sent; stands before the reason of its decision. */
  readonly missed?: string | undefined
}

export interface DeliveryOutcome {
  readonly teamId: string | null
  readonly workspaceId: string | null
  readonly decision: Delivery['decision']
  readonly reason: string
  readonly releaseIds: readonly string[]
  /** The branch or tag that it is about. */
  readonly ref?: string
  /** What that points at; null for a deletion. */
  readonly sha?: string | null
}

/** By which connection, since hosts give one id to what they send of one event by several webhooks; and the host's own id. */
export type DeliveryKey = Pick<NewDelivery, 'forge' | 'connection' | 'deliveryId'>

/** The delivery of this key, when it was stored before: what is done once is not done twice. */
export function findDeliveryByHostId(db: Executor, { forge, connection, deliveryId }: DeliveryKey): Promise<Delivery | undefined> {
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('forge', '=', forge)
    .where('connection', 'is not distinct from', connection)
    .where('hostDeliveryId', '=', deliveryId)
    .executeTakeFirst()
}

export function findDelivery(db: Executor, id: string): Promise<Delivery | undefined> {
  return db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Until the transaction ends nobody else decides anew what was refused; undefined when somebody has. */
export function holdRefused(db: Executor, id: string): Promise<Delivery | undefined> {
  return db.selectFrom('deliveries').selectAll().where('id', '=', id).where('decision', '=', 'refused').forUpdate().executeTakeFirst()
}

/** Stores the row first, so that a second delivery of the same key waits for this transaction and then finds it. Returns undefined when it exists. */
export async function insertDelivery(db: Executor, delivery: NewDelivery): Promise<string | undefined> {
  const id = await insertAs(db, delivery, delivery.deliveryId)
  if (id !== undefined || delivery.connection === null || (await findDeliveryByHostId(db, delivery)) !== undefined) return id
  // Another connection has this id of the host; the column's own key is unique for all of them.
  return insertAs(db, delivery, `${delivery.deliveryId} by ${delivery.connection}`)
}

async function insertAs(db: Executor, delivery: NewDelivery, key: string): Promise<string | undefined> {
  const { forge, connection, deliveryId, event, body, arrival, sentAt } = delivery
  const row = await db
    .insertInto('deliveries')
    .values({
      id: newId(),
      forge,
      connection,
      deliveryId: key,
      hostDeliveryId: deliveryId,
      event,
      headers: JSON.stringify(delivery.headers),
      body,
      bodyDigest: digestOf(body),
      ...(arrival === undefined ? {} : { arrival }),
      ...(sentAt === undefined ? {} : { sentAt }),
      decision: 'ignored',
      reason: 'not decided yet',
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** SHA-256: what a body was, once it is gone. */
export function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex')
}

export async function decideDelivery(db: Executor, id: string, outcome: DeliveryOutcome): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ ...outcome, releaseIds: [...outcome.releaseIds], processedAt: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .execute()
}

/** Which of these the ledger has of a connection. */
export async function knownDeliveryIds(
  db: Executor,
  { forge, connection }: Pick<DeliveryKey, 'forge' | 'connection'>,
  deliveryIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (deliveryIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('deliveries')
    .select('hostDeliveryId')
    .where('forge', '=', forge)
    .where('connection', 'is not distinct from', connection)
    .where('hostDeliveryId', 'in', [...deliveryIds])
    .execute()
  return new Set(rows.flatMap(({ hostDeliveryId }) => hostDeliveryId ?? []))
}

/** The headers of the delivery of a workspace that arrived last. */
export async function lastHeaders(db: Executor, workspaceId: string): Promise<Readonly<Record<string, string>>> {
  const row = await db
    .selectFrom('deliveries')
    .select('headers')
    .where('workspaceId', '=', workspaceId)
    .where('arrival', '=', 'sent')
    .orderBy('receivedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.headers ?? {}
}

/** Whether the last that was heard of the branch is that it was deleted. */
export async function isKnownDeleted(db: Executor, workspaceId: string, ref: string): Promise<boolean> {
  const row = await db
    .selectFrom('deliveries')
    .select('sha')
    .where('workspaceId', '=', workspaceId)
    .where('ref', '=', ref)
    .orderBy('receivedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined && row.sha === null
}

/** Whether a release to the environment came of this commit of the branch; one that went with the environment, being deleted just then, is none. */
export async function wasAccepted(
  db: Executor,
  commit: { readonly workspaceId: string; readonly ref: string; readonly sha: string; readonly environment: string },
): Promise<boolean> {
  const { workspaceId, ref, sha, environment } = commit
  const row = await db
    .selectFrom('deliveries')
    .select('id')
    .where('workspaceId', '=', workspaceId)
    .where('ref', '=', ref)
    .where('sha', '=', sha)
    .where('decision', '=', 'accepted')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('operations as o')
            .select('o.id')
            .where('o.workspaceId', '=', workspaceId)
            .where('o.kind', '=', 'delete_environment')
            .where(sql`o.input ->> 'name'`, '=', environment)
            .where(sql<boolean>`deliveries.processed_at between o.created_at and coalesce(o.finished_at, 'infinity')`),
        ),
      ),
    )
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Bodies are large: after this long they go, and the rest of a delivery stays a while. */
export const bodyDays = 30
const bodiesAtOnce = 500

/** Returns how many bodies went. */
export async function forgetBodies(db: Executor): Promise<number> {
  const old = db
    .selectFrom('deliveries')
    .select('id')
    .where('body', 'is not', null)
    .where('receivedAt', '<', sql<Date>`now() - make_interval(days => ${bodyDays})`)
    .orderBy('receivedAt')
    .limit(bodiesAtOnce)
  const done = await db.updateTable('deliveries').set({ body: null }).where('id', 'in', old).executeTakeFirst()
  return Number(done.numUpdatedRows)
}

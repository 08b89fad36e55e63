// Whether a Git host was ever to be told of something, whatever became of the message.
import type { Executor } from './database.ts'
import type { OutboxMessage } from './outbox.ts'

export async function isSpokenOf(db: Executor, { target, connection }: Pick<OutboxMessage, 'target' | 'connection'>): Promise<boolean> {
  const any = await db
    .selectFrom('outbox')
    .select('id')
    .where('target', '=', target)
    .where('connection', '=', connection)
    .limit(1)
    .executeTakeFirst()
  return any !== undefined
}

// PostgreSQL's NOTIFY as a wake-up between processes. Nothing depends on one arriving: whoever waits also looks from time to time.
import { EventEmitter } from 'node:events'
import { sql } from 'kysely'
import type pg from 'pg'
import { connect } from './connect.ts'
import type { Executor } from './database.ts'

export type Topic = 'release' | 'routes' | 'outbox' | 'queue' | 'live' | 'connections' | 'look' | 'tend' | 'health'
const channel = 'kyozo'
const reconnectMs = 1_000

export interface Notifications {
  /** Calls back with the id a notification carries; returns how to stop. */
  on(topic: Topic, listener: (id: string) => void): () => void
  close(): Promise<void>
}

export async function notify(db: Executor, topic: Topic, id: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${`${topic} ${id}`})`.execute(db)
}

/** Listens on a connection of its own, and connects again when it breaks; listeners are then called once with an empty id, since some may be missed. */
export async function listen(url: string): Promise<Notifications> {
  const emitter = new EventEmitter().setMaxListeners(0)
  const topics: readonly Topic[] = ['release', 'routes', 'outbox', 'queue', 'live', 'connections', 'look', 'tend', 'health']
  let client: pg.Client | undefined
  let isClosed = false
  const begin = async () => {
    const opened = await connect(url, { name: 'kyozo listen' })
    if (isClosed) return opened.end()
    client = opened
    opened.on('notification', (message) => {
      const [topic = '', id = ''] = (message.payload ?? '').split(' ')
      emitter.emit(topic, id)
    })
    await opened.query(`listen ${channel}`)
    opened.once('end', () => {
      if (!isClosed) setTimeout(() => void reconnect(), reconnectMs)
    })
  }
  const reconnect = async () => {
    if (isClosed) return
    try {
      await begin()
      for (const topic of topics) emitter.emit(topic, '')
    } catch {
      // The database is still away.
      setTimeout(() => void reconnect(), reconnectMs)
    }
  }
  await begin()
  return {
    on(topic, listener) {
      emitter.on(topic, listener)
      return () => emitter.off(topic, listener)
    },
    async close() {
      isClosed = true
      await client?.end()
    },
  }
}

// One connection for what a pool is not for: rows that are copied, and notifications. Its loss is told to whoever asks or reads next, and to nobody else.
import type pg from 'pg'
import { Connection, keepAlive } from './connection.ts'
import { storeError } from './database.ts'

export interface ConnectOptions {
  /** As the server lists it. */
  readonly name: string
  /** For so long the server may owe a byte of the rows that are copied. Default is a minute. */
  readonly silentMs?: number | undefined
}

const connectTimeoutMs = 10_000

/** Throws `store_unavailable`. To be ended by whoever opened it. */
export async function connect(url: string, { name, silentMs }: ConnectOptions): Promise<pg.Client> {
  const client: pg.Client = new Connection({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: connectTimeoutMs,
    silentMs,
    ...keepAlive,
  })
  // Without a listener the loss would end the process, also while rows are read.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    throw storeError(error)
  }
}

/** Opened for one piece of work. What it throws is the store's. */
export async function withConnection<T>(url: string, options: ConnectOptions, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url, options)
  try {
    return await work(client)
  } catch (error) {
    throw storeError(error)
  } finally {
    await client.end().catch(() => undefined)
  }
}

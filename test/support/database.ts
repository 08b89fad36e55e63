// A database of its own for a test file, on the server that the global set-up started.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { migrate, type OpenDatabase, openDatabase } from '../../src/store/database.ts'

export async function emptyDatabaseUrl(): Promise<string> {
  const url = new URL(inject('postgresUrl'))
  const name = `test_${randomBytes(6).toString('hex')}`
  await administer(url.href, `create database ${name}`)
  const mine = new URL(url)
  mine.pathname = `/${name}`
  afterAll(() => administer(url.href, `drop database if exists ${name} with (force)`))
  return mine.href
}

/** Migrated and open; closed and dropped after the file's last test. */
export async function testDatabase(): Promise<OpenDatabase> {
  const database = await openDatabase(await emptyDatabaseUrl(), 'kyozo test')
  await migrate(database.db)
  afterAll(() => database.close())
  return database
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

// A database of its own for a test file, on the server that the global set-up started.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../src/store/database.ts'
import { migratedTemplate } from './migrated-template.ts'

export function emptyDatabaseUrl(): Promise<string> {
  return databaseFrom('template1')
}

/** A database as another one is now, to which nobody may be connected. */
export function copyOfDatabase(url: string): Promise<string> {
  return databaseFrom(new URL(url).pathname.slice(1))
}

async function databaseFrom(template: string): Promise<string> {
  const url = new URL(inject('postgresUrl'))
  const name = `test_${randomBytes(6).toString('hex')}`
  await administer(url.href, `create database ${name} template ${template}`)
  const mine = new URL(url)
  mine.pathname = `/${name}`
  afterAll(() => administer(url.href, `drop database if exists ${name} with (force)`))
  return mine.href
}

/** Migrated and open; closed and dropped after the file's last test. */
export async function testDatabase(): Promise<OpenDatabase> {
  const database = await openDatabase(await databaseFrom(migratedTemplate), 'kyozo test')
  afterAll(() => database.close())
  return database
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

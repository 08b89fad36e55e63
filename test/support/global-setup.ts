// Once before all tests: the engine answers, the base images exist, and a PostgreSQL runs. Missing parts fail the run and say why: nothing is skipped.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { runChild } from '../../src/child.ts'
import { startEmbeddedPostgres } from '../../src/store/embedded.ts'
import { ensureBaseImages } from './images/ensure-base-images.ts'
import { migratedTemplate } from './migrated-template.ts'
import { copySeed, makeSeed } from './seed-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server on which tests make databases of their own. */
    postgresUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await assertEngine()
  await ensureBaseImages()
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-test-postgres-'))
  await makeSeed(path.join(folder, 'seed'))
  await copySeed(path.join(folder, 'server'))
  const postgres = await startEmbeddedPostgres(path.join(folder, 'server'))
  await prepareServer(postgres.url)
  project.provide('postgresUrl', postgres.url)
  return async () => {
    await postgres.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Nothing of it outlives the run, so it waits for no disk; and what each test would migrate first is migrated already. */
async function prepareServer(url: string): Promise<void> {
  const beside = new URL(url)
  beside.pathname = '/template1'
  const client = new pg.Client({ connectionString: beside.href })
  await client.connect()
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) await client.query(`alter system set ${setting} = off`)
  await client.query('select pg_reload_conf()')
  await client.query(`create database ${migratedTemplate} template postgres`)
  await client.end()
}

export async function assertEngine(): Promise<void> {
  const asked = await runChild({
    program: 'docker',
    args: ['version', '--format', '{{.Server.Version}}'],
    deadlineMs: 30_000,
    env: process.env.DOCKER_HOST ? { DOCKER_HOST: process.env.DOCKER_HOST } : {},
  })
  if (asked.exitCode === 0) return
  throw new Error(
    `The tests need a Docker engine, and none answers: ${asked.stderr.trim()}\nnpm test installs and starts one where it may; otherwise start it yourself and run npm test again.`,
  )
}

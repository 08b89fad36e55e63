// A PostgreSQL of the benchmark's own, so that it can look into the database beside kyozo.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '../../src/store/embedded.ts'
import type { Bench } from './benchmark.ts'

export async function ownPostgres(bench: Bench): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-bench-postgres-'))
  bench.afterwards(() => rm(folder, { recursive: true, force: true }))
  const postgres = await startEmbeddedPostgres(folder)
  bench.afterwards(() => postgres.close())
  return postgres.url
}

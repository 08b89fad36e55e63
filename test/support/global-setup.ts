// Once before all tests: the engine answers, the base images exist, and a PostgreSQL runs. Missing parts fail the run and say why: nothing is skipped.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { runChild } from '../../src/child.ts'
import { startEmbeddedPostgres } from '../../src/store/embedded.ts'
import { ensureBaseImages } from './images/ensure-base-images.ts'

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
  const postgres = await startEmbeddedPostgres(folder)
  project.provide('postgresUrl', postgres.url)
  return async () => {
    await postgres.close()
    await rm(folder, { recursive: true, force: true })
  }
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

import { beforeAll, expect, it } from 'vitest'
import { createRedactor } from '../../src/secrets/redact.ts'
import type { Database } from '../../src/store/database.ts'
import { createLogWriter, lineLimitCharacters, logLimitBytes, readLog } from '../../src/store/logs.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

let db: Database
beforeAll(async () => {
  db = (await testDatabase()).db
})

async function writerOf(redact: (text: string) => string = (text) => text) {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const { release } = await queueRelease(db, {
    teamId: workspace.teamId,
    workspaceId: workspace.id,
    environmentId: environment.id,
    ref: 'refs/heads/main',
    sha: shaOf('1'),
    triggeredBy: 'test',
  })
  const writer = createLogWriter(db, { releaseId: release.id, redact, notify: async () => undefined })
  const read = async () => (await readLog(db, release.id, { after: '0', limit: 1_000 })).map((line) => line.text)
  return { writer, read, releaseId: release.id }
}

it('keeps lines in the order they were written', async () => {
  const { writer, read } = await writerOf()
  for (let at = 0; at < 300; at++) writer.write({ stream: 'release', text: `line ${at}` })
  await writer.close()
  expect(await read()).toEqual(Array.from({ length: 300 }, (_, at) => `line ${at}`))
})

it('redacts, cuts long lines, and takes what PostgreSQL’s text cannot hold', async () => {
  const { writer, read } = await writerOf(createRedactor(['hunter22']))
  writer.write({ stream: 'build', service: 'api', text: 'password=hunter22 aHVudGVyMjI=' })
  writer.write({ stream: 'build', service: 'api', text: 'x'.repeat(lineLimitCharacters + 5) })
  writer.write({ stream: 'build', service: 'api', text: 'nul \0 here' })
  await writer.close()
  const [secret, long, nul] = await read()
  expect(secret).toBe('password=*** ***=')
  expect(long).toHaveLength(lineLimitCharacters)
  expect(nul).toBe('nul \uFFFD here')
})

it('keeps a build that prints without end within its limit, and says so', async () => {
  const { writer, releaseId } = await writerOf()
  for (let at = 0; at < logLimitBytes / 10_000 + 50; at++) writer.write({ stream: 'build', text: 'y'.repeat(10_000) })
  await writer.close()
  const size = await db
    .selectFrom('logChunks')
    .select(({ fn, ref }) => fn.sum<string>(fn('length', [ref('text')])).as('bytes'))
    .where('releaseId', '=', releaseId)
    .executeTakeFirstOrThrow()
  expect(Number(size.bytes)).toBeLessThanOrEqual(logLimitBytes + 100)
  const last = await db
    .selectFrom('logChunks')
    .select('text')
    .where('releaseId', '=', releaseId)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  expect(last.text).toBe('output beyond 10 MiB is not kept')
})

it('keeps the verdicts of a release whose builds printed too much', async () => {
  const { writer, read } = await writerOf()
  for (let at = 0; at <= logLimitBytes / lineLimitCharacters; at++) writer.write({ stream: 'build', text: 'y'.repeat(lineLimitCharacters) })
  writer.write({ stream: 'release', text: 'api is live' })
  await writer.close()
  expect((await read()).slice(-2)).toEqual(['output beyond 10 MiB is not kept', 'api is live'])
})

it('keeps a flood of lines that arrives at once', async () => {
  const { writer, releaseId } = await writerOf()
  for (let at = 0; at < 20_000; at++) writer.write({ stream: 'build', service: 'api', text: `line ${at}` })
  await writer.close()
  const { count } = await db
    .selectFrom('logChunks')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('releaseId', '=', releaseId)
    .executeTakeFirstOrThrow()
  expect(Number(count)).toBe(20_000)
})

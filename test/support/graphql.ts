// GraphQL over real HTTP and a real database, beside JSON:API on the same rows, without the rest of a running kyozo.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll } from 'vitest'
import { createAccess } from '../../src/access/better-auth.ts'
import { answerError } from '../../src/api/answer-error.ts'
import { graphqlRouter } from '../../src/api/graphql/router.ts'
import { apiRouter } from '../../src/api/jsonapi/router.ts'
import { createLive } from '../../src/api/live/live.ts'
import { createGates } from '../../src/gate.ts'
import { createLog } from '../../src/log.ts'
import { openQueue } from '../../src/queue/queue.ts'
import { createVault } from '../../src/secrets/vault.ts'
import type { Database } from '../../src/store/database.ts'
import { listen } from '../../src/store/notify.ts'
import { testDatabase } from './database.ts'
import { until } from './until.ts'

export interface TestGraphql {
  readonly db: Database
  readonly url: string
  /** Without a slash at the end. */
  readonly origin: string
  /** Ends what is live, as kyozo does when it stops. */
  stopLive(): Promise<void>
  /** Statements that the server has sent to the database so far. */
  statements(): number
  /** Uses a token once: the first use of a minute is noted, by a statement that nobody waits for. */
  useOnce(token: string): Promise<void>
  /** Asks as the holder of a token. */
  ask(token: string, query: string, variables?: Readonly<Record<string, unknown>>): Promise<GraphqlAnswer>
  /** A GET of JSON:API, for a path below /api/v1. */
  jsonapi(token: string, path: string): Promise<JsonapiAnswer>
}

export interface GraphqlAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts what it is
  readonly data: any
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: { readonly code: string; readonly problems?: unknown }
  }[]
}

export interface JsonapiAnswer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts what it is
  readonly body: any
}

/** Closed after the file's last test. */
export async function startGraphql(options: { readonly deadlineMs?: number } = {}): Promise<TestGraphql> {
  const { db, url: databaseUrl } = await testDatabase()
  const log = createLog('silent')
  const queue = await openQueue(databaseUrl, log)
  const notifications = await listen(databaseUrl)
  const key = randomBytes(32)
  const baseUrl = 'http://kyozo.test'
  const access = createAccess({ db, key, baseUrl, githubSignIn: undefined, log })
  const counted = countStatements(db)
  const live = createLive({ db, notifications, log, lookAgainMs: 200 })
  const acting = { db: counted.db, baseUrl, queue, vault: createVault(key), access }
  const app = express()
    .set('query parser', 'simple')
    .use('/api/v1', apiRouter({ ...acting, gates: createGates() }), answerError('jsonapi', log))
    .use('/graphql', graphqlRouter({ acting, live, log, ...options }), answerError('graphql', log))
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(async () => {
    await live.close()
    server.closeAllConnections()
    server.close()
    await queue.close()
    await notifications.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    db,
    url: `${origin}/graphql`,
    origin,
    stopLive: () => live.close(),
    statements: counted.count,
    async useOnce(token) {
      const before = counted.count()
      await ask(`${origin}/graphql`, token, { query: '{ viewer { name } }' })
      // The token, and its use.
      await until('the use of the token to be noted', () => counted.count() >= before + 2)
    },
    ask: (token, query, variables) => ask(`${origin}/graphql`, token, { query, variables }),
    async jsonapi(token, path) {
      const answer = await fetch(`${origin}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } })
      return { status: answer.status, body: await answer.json() }
    },
  }
}

async function ask(url: string, token: string, body: object): Promise<GraphqlAnswer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await answer.json()) as GraphqlAnswer
}

/** What comes back of every statement passes a plugin on its way. */
function countStatements(db: Database): { readonly db: Database; count(): number } {
  let count = 0
  const counting = db.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      count++
      return result
    },
  })
  return { db: counting, count: () => count }
}

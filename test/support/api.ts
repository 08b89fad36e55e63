// The API over real HTTP and a real database, without the rest of a running kyozo.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll } from 'vitest'
import { createAccess } from '../../src/access/better-auth.ts'
import { answerError } from '../../src/api/answer-error.ts'
import { apiRouter } from '../../src/api/jsonapi/router.ts'
import { createGates } from '../../src/gate.ts'
import { createLog } from '../../src/log.ts'
import { openQueue } from '../../src/queue/queue.ts'
import { createVault } from '../../src/secrets/vault.ts'
import type { Database } from '../../src/store/database.ts'
import { testDatabase } from './database.ts'

export interface TestApi {
  readonly db: Database
  /** Without a slash at the end. */
  readonly origin: string
  /** Asks as the holder of a token, for a path below /api/v1 or an address that an answer gave. */
  ask(token: string, path: string, init?: AskInit): Promise<ApiAnswer>
}

export interface AskInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; text is sent as it is. */
  readonly body?: unknown
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts what it is
  readonly body: any
}

/** Closed after the file's last test. */
export async function startApi(): Promise<TestApi> {
  const { db, url } = await testDatabase()
  const log = createLog('silent')
  const queue = await openQueue(url, log)
  const key = randomBytes(32)
  const baseUrl = 'http://kyozo.test'
  const access = createAccess({ db, key, baseUrl, githubSignIn: undefined, log })
  const router = apiRouter({ db, baseUrl, queue, vault: createVault(key), access, gates: createGates() })
  const server = createServer(express().set('query parser', 'simple').use('/api/v1', router, answerError('jsonapi', log)))
  // A test that computes for long must not find its connection closed.
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await queue.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { db, origin, ask: (token, path, init) => ask(`${origin}${path.startsWith('/api/') ? '' : '/api/v1'}${path}`, token, init) }
}

async function ask(url: string, token: string, { method = 'GET', headers = {}, body }: AskInit = {}): Promise<ApiAnswer> {
  const answer = await fetch(url, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/vnd.api+json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: text.startsWith('{') ? JSON.parse(text) : undefined }
}

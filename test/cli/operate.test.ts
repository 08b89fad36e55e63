// A request that a server may have heard before it broke off is sent again under its key; one that nobody heard fails at once.
import { afterEach, expect, it, vi } from 'vitest'
import { operate, type Request } from '../../src/cli/server/operate.ts'
import type { Call, Server } from '../../src/cli/server/server.ts'
import { KyozoError } from '../../src/errors.ts'

const request: Request = { label: 'shop/production/web', verb: 'restart', path: '/restart' }
const accepted = { data: { type: 'operations', id: '1', attributes: { kind: 'restart_service', state: 'queued', words: 'queued' } } }

function broken(code: string): KyozoError {
  const cause = new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
  return new KyozoError('engine_unavailable', 'kyozo did not answer', { cause })
}

function serverThat(...ends: readonly (KyozoError | typeof accepted)[]) {
  const calls: Call[] = []
  const send: Server['send'] = async (call) => {
    calls.push(call)
    const end = ends[calls.length - 1]!
    if (end instanceof KyozoError) throw end
    return end as never
  }
  return { calls, run: () => operate({ send } as Server, [request], { wait: false, timeout: 1, json: true }) }
}

const said: string[] = []
vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0)
vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
afterEach(() => {
  said.length = 0
})

it('a kyozo that died before it could answer is asked again when it is there, with the same key', async () => {
  const away = new KyozoError('store_unavailable', 'the database does not answer')
  const { calls, run } = serverThat(broken('UND_ERR_SOCKET'), broken('ECONNREFUSED'), away, accepted)
  await run()
  expect(new Set(calls.map(({ headers }) => headers?.['idempotency-key'])).size).toBe(1)
  expect(calls).toHaveLength(4)
  expect(said[0]).toBe('kyozo does not answer at the moment; trying again\n')
  expect(said.join('')).toContain('"state": "queued"')
})

it('a kyozo that is not there is not waited for, nor one that says no', async () => {
  for (const end of [broken('ECONNREFUSED'), new KyozoError('forbidden', 'no')]) {
    const { calls, run } = serverThat(end)
    await expect(run()).rejects.toBe(end)
    expect(calls).toHaveLength(1)
  }
})

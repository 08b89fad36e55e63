import { expect, test } from 'vitest'
import { requestHeaders, responseHeaders, upgradeHeaders } from '../../src/edge/headers.ts'

const client = { address: '203.0.113.7', isEncrypted: false }
const forwarded = ['X-Forwarded-For', '203.0.113.7', 'X-Forwarded-Proto', 'http', 'X-Forwarded-Host', 'api.shop.localhost:4400']

test('headers for the next hop only do not pass, nor do those that the client names as such', () => {
  const raw = [
    'Host',
    'api.shop.localhost:4400',
    'Connection',
    'keep-alive, X-Mine',
    'x-mine',
    '1',
    'TE',
    'trailers',
    'Accept',
    '*/*',
    'Upgrade',
    'h2c',
  ]
  expect(requestHeaders(raw, client)).toEqual(['Host', 'api.shop.localhost:4400', 'Accept', '*/*', ...forwarded])
})

test('a client cannot claim to come from elsewhere', () => {
  const raw = [
    'Host',
    'api.shop.localhost:4400',
    'X-Forwarded-For',
    '127.0.0.1',
    'Forwarded',
    'for=127.0.0.1',
    'X-Real-IP',
    '127.0.0.1',
    'x-forwarded-proto',
    'https',
  ]
  expect(requestHeaders(raw, client)).toEqual(['Host', 'api.shop.localhost:4400', ...forwarded])
})

test('an upgrade keeps asking for it', () => {
  const raw = ['Host', 'api.shop.localhost:4400', 'connection', 'Upgrade', 'upgrade', 'websocket', 'Sec-WebSocket-Key', 'abc']
  expect(upgradeHeaders(raw, client)).toEqual([
    'Host', 'api.shop.localhost:4400', 'Sec-WebSocket-Key', 'abc', ...forwarded, 'Connection', 'Upgrade', 'Upgrade', 'websocket',
  ]) // biome-ignore format: pairs
})

test('repeated headers of an answer stay repeated and in order', () => {
  const raw = ['Set-Cookie', 'a=1', 'Transfer-Encoding', 'chunked', 'Set-Cookie', 'b=2', 'Keep-Alive', 'timeout=5', 'X-CaSe', 'kept']
  expect(responseHeaders(raw)).toEqual(['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-CaSe', 'kept'])
})

test('a client can neither drop the length of a body nor name two hosts', () => {
  const raw = ['Content-Length', '5', 'Host', 'api.shop.localhost:4400', 'Connection', 'content-length, host', 'host', 'other.localhost']
  expect(requestHeaders(raw, client)).toEqual(['Host', 'api.shop.localhost:4400', 'Content-Length', '5', ...forwarded])
})

import { expect, test } from 'vitest'
import { buildFailure } from '../../src/engine/docker/build-output.ts'

const step = 'process "/bin/sh -c make" did not complete successfully: '

test.each([
  `ERROR: failed to build: failed to solve: ${step}failed to create endpoint abc on network bridge: Device does not exist`,
  'ERROR: failed to build: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
])('a build that the engine broke off is tried again: %s', (last) => {
  const failure = buildFailure('api', ['#5 [2/2] RUN make', last])
  expect(failure).toMatchObject({ code: 'engine_refused', retryable: true, service: 'api' })
  expect(failure.message).toMatch(/^could not build api: the engine had trouble of its own: /)
})

test('what a step prints is no trouble of the engine', () => {
  const lines = [
    '#5 0.1 failed to create endpoint',
    `#5 ERROR: ${step}exit code: 1`,
    `ERROR: failed to build: failed to solve: ${step}exit code: 1`,
  ]
  expect(buildFailure('api', lines)).toMatchObject({ code: 'build_failed', retryable: false })
})

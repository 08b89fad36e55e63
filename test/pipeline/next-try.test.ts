import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { about } from '../../src/pipeline/build-images.ts'
import { nextTry } from '../../src/pipeline/next-try.ts'

const refusedPull = new KyozoError('pull_failed', 'the registry docker.io does not answer since 10:00:00 UTC', { retryAfterSeconds: 5 })
const failedPull = new KyozoError('pull_failed', 'could not pull redis:7: i/o timeout', { service: 'cache' })
const missing = new KyozoError('pull_failed', 'could not pull redis:77: manifest unknown', { service: 'cache', retryable: false })
const unbuilt = new KyozoError('build_failed', 'web did not build', { service: 'web' })
const engine = new KyozoError('engine_unavailable', 'the Docker engine does not answer')
const first = { attempt: 1 }
const last = { attempt: 5 }

describe('what was refused costs no try', () => {
  it.each([
    ['a pull', refusedPull, 'registry'],
    ['a fetch', new KyozoError('repository_unreachable', 'git.example.org is slow', { retryAfterSeconds: 5 }), 'repository'],
    ['a question to a Git host', new KyozoError('forge_unavailable', 'asked too often', { retryAfterSeconds: 60 }), 'repository'],
    ['anything while the engine is away', engine, 'engine'],
  ])('when it is %s', (_, failure, awaits) => {
    expect(nextTry([failure], last)).toEqual({ because: failure, awaits })
  })

  it('when the refusal is told of a service', () => {
    const told = about('cache', refusedPull) as KyozoError
    expect(told).toMatchObject({ service: 'cache', retryAfterSeconds: 5, message: refusedPull.message })
    expect(nextTry([told, told], last)).toEqual({ because: told, awaits: 'registry' })
  })
})

describe('what was tried', () => {
  it('is tried again a few times, although something beside it was refused', () => {
    expect(nextTry([refusedPull, failedPull], first)).toEqual({ because: failedPull, awaits: undefined })
    expect(nextTry([refusedPull, failedPull], last)).toBeUndefined()
  })

  it.each([[missing], [unbuilt]])(
    'and cannot help to be tried again ends the release, although something beside it was refused',
    (failure) => {
      expect(nextTry([refusedPull, failure], first)).toBeUndefined()
    },
  )

  it('does not end the release while the engine is away, since nothing could be mended', () => {
    expect(nextTry([unbuilt, engine], last)).toEqual({ because: engine, awaits: 'engine' })
  })
})

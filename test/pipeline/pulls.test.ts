// Pulls of releases, through the way to a registry that takes as long for an image as the test wants.
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { DockerContext } from '../../src/engine/docker/context.ts'
import { pullImage } from '../../src/engine/docker/pull.ts'
import { createGates } from '../../src/gate.ts'
import type { Attempt } from '../../src/pipeline/attempt.ts'
import { buildImages } from '../../src/pipeline/build-images.ts'
import type { Kyozo } from '../../src/pipeline/kyozo.ts'
import { nextTry } from '../../src/pipeline/next-try.ts'
import { failuresOf } from '../../src/pipeline/outcomes.ts'
import { until } from '../support/until.ts'

/** Pulls under way that end when they are told to, by image. */
function registry() {
  const pulling = new Map<string, () => void>()
  const context = {
    gates: createGates(),
    docker: {
      pull: (image: string) =>
        new Promise<void>((resolve) => {
          pulling.set(image, () => {
            pulling.delete(image)
            resolve()
          })
        }),
      modem: { followProgress: (_: unknown, ended: (error: Error | null) => void) => ended(null) },
    },
  } as unknown as DockerContext
  const kyozo = {
    config: readConfig({}),
    disk: { assertRoom: async () => undefined, watch: () => ({ signal: new AbortController().signal, close: () => undefined }) },
    engine: { pull: (image: string, request: object) => pullImage(context, image, request) },
  } as unknown as Kyozo
  return { pulling, kyozo }
}

function release(kyozo: Kyozo, teamId: string, images: readonly string[]) {
  const attempt = {
    release: { teamId, options: {} },
    environment: { name: 'production', kind: 'branch' },
    signal: new AbortController().signal,
    assertHeld: async () => undefined,
    say: () => undefined,
  } as unknown as Attempt
  const operations = images.map((image) => ({ kind: 'pull' as const, service: image, image: `${image}:1`, cause: 'it is new' }))
  return buildImages(attempt, kyozo, { source: () => Promise.reject(new Error('nothing is built')), stack: {} as never, operations })
}

it('a release of a team whose share of a registry is taken gives its worker back soon, and is not at fault', async () => {
  const { pulling, kyozo } = registry()
  const large = [release(kyozo, 'a', ['one']), release(kyozo, 'a', ['two'])]
  await until('the share to be taken', () => pulling.size === 2)
  const begun = performance.now()
  const refused = failuresOf(await release(kyozo, 'a', ['three', 'four', 'five', 'six']).catch((thrown: unknown) => thrown))
  expect(performance.now() - begun).toBeLessThan(8_000)
  const words = 'the registry docker.io is busy: 2 calls of this team are under way'
  expect(refused).toMatchObject([
    { code: 'pull_failed', service: 'three', message: words, retryAfterSeconds: 10 },
    { code: 'pull_failed', service: 'four', message: words, retryAfterSeconds: 10 },
  ])
  expect(nextTry(refused, { attempt: 5 })).toMatchObject({ awaits: 'registry' })
  const other = release(kyozo, 'b', ['seven'])
  await until('another team’s pull to begin', () => pulling.has('seven:1'))
  for (const end of pulling.values()) end()
  await Promise.all([...large, other])
}, 30_000)

it('a release waits for a place a moment, and for those that it has itself as long as they take', async () => {
  const { pulling, kyozo } = registry()
  const before = release(kyozo, 'a', ['before'])
  const images = ['one', 'two', 'three', 'four', 'five']
  const pulled = release(kyozo, 'a', images)
  await until('the share to be taken', () => pulling.size === 2)
  pulling.get('before:1')!()
  await before
  const begun = performance.now()
  await until('its own pulls to take longer than others wait', () => pulling.size === 2 && performance.now() - begun > 6_000)
  for (const image of images) {
    await until(`${image} to be pulled`, () => pulling.has(`${image}:1`))
    pulling.get(`${image}:1`)!()
  }
  await pulled
}, 30_000)

// Which starts wait for others.
import { availableParallelism } from 'node:os'
import { expect, it } from 'vitest'
import { inTurnToStart } from '../../src/pipeline/start-turns.ts'

type Starter = Parameters<typeof inTurnToStart>[0]

const of = (trust: 'trusted' | 'preview', signal = new AbortController().signal) =>
  ({ environment: { trust }, workspace: { teamId: 't' }, signal }) as Starter

it('services of previews start some at a time, and production beside them', async () => {
  const end = Promise.withResolvers<void>()
  let begun = 0
  const begin = async () => {
    begun++
    await end.promise
  }
  const most = 4 * availableParallelism()
  const all = Array.from({ length: most + 3 }, () => inTurnToStart(of('preview'), begin))
  await Promise.resolve()
  expect(begun).toBe(most)
  const production = inTurnToStart(of('trusted'), begin)
  expect(begun).toBe(most + 1)
  const superseded = new AbortController()
  const left = inTurnToStart(of('preview', superseded.signal), begin)
  superseded.abort(new Error('superseded'))
  await expect(left).rejects.toThrow('superseded')
  end.resolve()
  await Promise.all([...all, production])
  expect(begun).toBe(most + 4)
})

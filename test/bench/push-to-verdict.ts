// A change of one service, from `git push` to the verdict, against the same typed by hand: push, pull, and Compose with kyozo's own document.
import { startKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { deployByHand, deployByKyozo, type PushTimes } from './deployed.ts'
import { inTurns, median } from './measure.ts'
import { milliseconds } from './show.ts'

export const pushToVerdict: Benchmark = {
  name: 'push',
  title: 'push to verdict against the same by hand, one service of the shop changed, layers cached',
  run,
}

const service = 'orders'
const file = 'services/orders/src/server.js'

async function run(bench: Bench): Promise<readonly Row[]> {
  const kyozo = await startKyozo()
  bench.afterwards(() => kyozo.remove())
  const shop = await createRepository({ fixture: 'shop' })
  bench.afterwards(() => shop.remove())
  bench.note('the first push of the shop, which builds everything')
  const ours = await deployByKyozo(kyozo, shop, 'shop')
  bench.note('the same by hand')
  const hand = await deployByHand(bench, shop)
  // Never the same content twice: neither side may profit from what the other has built.
  let version = 0
  const change = async () => {
    version++
    await shop.commit(`Change ${version}`, { [file]: `${source}\n// ${version} ${Date.now()}\n` })
  }
  const source = await shop.git('show', `HEAD:${file}`).then(({ output }) => output)
  const pushes: PushTimes[] = []
  const {
    kyozo: kyozoMs,
    all: allMs,
    one: oneMs,
  } = await inTurns({
    async kyozo(round) {
      await change()
      const times = await ours.push()
      if (round > 0) pushes.push(times)
      return times.pushMs
    },
    async all() {
      await change()
      return hand.push()
    },
    async one() {
      await change()
      return hand.push([service])
    },
  })
  const stage = (name: string) => median(pushes.map(({ stages }) => stages[name] ?? 0))
  bench.note(
    `stages of kyozo: ${['fetch', 'analyze', 'plan', 'build', 'apply'].map((name) => `${name} ${milliseconds(stage(name))}`).join(', ')}`,
  )
  const own = pushes.map(({ pushMs, stages }) => pushMs - (stages.build ?? 0) - (stages.apply ?? 0))
  return [
    row('push to verdict', 'push, pull, compose up --build --wait', { kyozoMs, handMs: allMs }),
    row('push to verdict', 'the same, naming the one service', { kyozoMs, handMs: oneMs }),
    {
      what: 'of this besides building and starting',
      kyozo: milliseconds(median(own)),
      against: '',
      other: '',
    },
  ]
}

function row(what: string, against: string, times: { readonly kyozoMs: readonly number[]; readonly handMs: readonly number[] }): Row {
  const ours = median(times.kyozoMs)
  const hand = median(times.handMs)
  return { what, against, kyozo: milliseconds(ours), other: milliseconds(hand), ratio: ours / hand, aim: '≤ 1.2' }
}

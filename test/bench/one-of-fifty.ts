// A change of one service among fifty against one that is alone: what a push costs must not grow with what it does not touch.
import { busyboxService } from '../support/busybox-service.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { deployByKyozo, type PushTimes } from './deployed.ts'
import { inTurns, median } from './measure.ts'
import { milliseconds } from './show.ts'

export const oneOfFifty: Benchmark = {
  name: 'fifty',
  title: 'a change of one service among 50 against one among 1',
  run,
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const kyozo = await startKyozo()
  bench.afterwards(() => kyozo.remove())
  const alone = await stackOf(bench, kyozo, 1)
  const among = await stackOf(bench, kyozo, 50)
  const times = await inTurns({ alone, among })
  const pushMs = (side: readonly PushTimes[]) => median(side.map((push) => push.pushMs))
  for (const [name, side] of Object.entries(times)) {
    const stages = Object.keys(side[0]!.stages).map(
      (stage) => `${stage} ${milliseconds(median(side.map((push) => push.stages[stage] ?? 0)))}`,
    )
    bench.note(`${name}: ${stages.join(', ')}`)
  }
  return [
    {
      what: 'one of 50 services changed',
      kyozo: milliseconds(pushMs(times.among)),
      against: 'the only service changed',
      other: milliseconds(pushMs(times.alone)),
      ratio: pushMs(times.among) / pushMs(times.alone),
      aim: '≤ 1.5',
    },
  ]
}

async function stackOf(bench: Bench, kyozo: TestKyozo, count: number): Promise<() => Promise<PushTimes>> {
  const names = Array.from({ length: count }, (_, index) => `s${String(index + 1).padStart(2, '0')}`)
  const files = Object.assign({}, ...names.map((name) => busyboxService(name, 'first'))) as Record<string, string>
  const repository = await createRepository({ files })
  bench.afterwards(() => repository.remove())
  const start = performance.now()
  const deployed = await deployByKyozo(kyozo, repository, `of-${count}`)
  bench.note(`the first push of ${count} took ${milliseconds(performance.now() - start)}`)
  let version = 0
  return async () => {
    version++
    await repository.commit(`Change ${version}`, busyboxService('s01', `${version} of ${count} at ${Date.now()}`))
    return deployed.push()
  }
}

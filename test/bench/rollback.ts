// Going back to what a stack of five services was before, beside a push of the same change: going back builds nothing.
import { busyboxService } from '../support/busybox-service.ts'
import { adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { countContainers, deployByKyozo } from './deployed.ts'
import { median } from './measure.ts'
import { milliseconds } from './show.ts'

export const rollback: Benchmark = {
  name: 'rollback',
  title: 'going back with five services, against a push that changes the same five',
  run,
}

const services = ['s1', 's2', 's3', 's4', 's5']
const rounds = 5

async function run(bench: Bench): Promise<readonly Row[]> {
  const kyozo = await startKyozo()
  bench.afterwards(() => kyozo.remove())
  const filesOf = (version: string) => Object.assign({}, ...services.map((name) => busyboxService(name, version))) as Record<string, string>
  const repository = await createRepository({ files: filesOf('first') })
  bench.afterwards(() => repository.remove())
  const deployed = await deployByKyozo(kyozo, repository, 'back')
  const [pushes, backs]: [number[], number[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    const before = (await kyozo.api('/releases?page[size]=1')).data[0]!.id
    // Never seen before, so that each is built.
    await repository.commit(`Change ${round}`, filesOf(`${round} at ${Date.now()}`))
    const { pushMs } = await deployed.push()
    const backMs = await goBack(kyozo, before)
    await until('the old containers to go', async () => (await countContainers(deployed.project)) === services.length, {
      deadlineMs: 120_000,
    })
    // The first of each warms up.
    if (round === 0) continue
    pushes.push(pushMs)
    backs.push(backMs)
  }
  return [
    {
      what: 'back to what five services were',
      kyozo: milliseconds(median(backs)),
      against: 'a push that changes the five',
      other: milliseconds(median(pushes)),
      ratio: median(backs) / median(pushes),
      aim: 'seconds, < 1',
    },
  ]
}

/** From asking to the release being live. */
async function goBack(kyozo: TestKyozo, id: string): Promise<number> {
  const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' }
  const body = JSON.stringify({ data: { type: 'releases', attributes: {} } })
  const start = performance.now()
  const answer = await fetch(`${kyozo.url}/api/v1/releases/${id}/rollback`, { method: 'POST', headers, body })
  if (answer.status !== 202) throw new Error(`going back was refused: ${await answer.text()}`)
  await until(
    'the release to be live',
    async () => {
      const [newest] = (await kyozo.api('/releases?page[size]=1')).data
      return newest!.id > id && JSON.stringify(newest!.attributes).includes(id) && newest!.attributes.state === 'live'
    },
    { deadlineMs: 300_000 },
  )
  return performance.now() - start
}

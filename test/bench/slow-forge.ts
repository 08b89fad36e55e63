// A push to a repository at a Git host, from the delivery to live, while the host's API does what hosts do: whatever that is, nothing waits for it.
import { connect, githubEnvironment } from '../e2e/connected.ts'
import { busyboxService } from '../support/busybox-service.ts'
import { startGitHub } from '../support/github/github.ts'
import type { Fault } from '../support/github/state.ts'
import { startKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { inTurns, median } from './measure.ts'
import { milliseconds } from './show.ts'

export const slowForge: Benchmark = {
  name: 'slow-forge',
  title: 'push to live of a repository at a Git host whose API is slow, hangs or fails',
  run,
}

/** What the host's API does instead of its work; Git answers as ever. */
type Trouble = () => Pick<Fault, 'answer' | 'after'>

const troubles = {
  // The host takes five seconds and then says that it could not.
  slow: () => ({ after: later(5_000), answer: { kind: 'status', status: 503 } }),
  hanging: () => ({ answer: { kind: 'hang' } }),
  failing: () => ({ answer: { kind: 'status', status: 500 } }),
} satisfies Record<string, Trouble>

async function run(bench: Bench): Promise<readonly Row[]> {
  const ok = await hosted(bench)
  const slow = await hosted(bench, troubles.slow)
  const hanging = await hosted(bench, troubles.hanging)
  const failing = await hosted(bench, troubles.failing)
  const times = await inTurns({ ok: ok.deploy, slow: slow.deploy, hanging: hanging.deploy, failing: failing.deploy })
  for (const [name, { met }] of Object.entries({ slow, hanging, failing })) {
    if (met() === 0) throw new Error(`no request met the API that is ${name}`)
    bench.note(`${met()} requests met the API that is ${name}`)
  }
  const row = (what: string, measured: readonly number[]): Row => ({
    ...{ what, against: 'an API that answers at once' },
    ...{ kyozo: milliseconds(median(measured)), other: milliseconds(median(times.ok)) },
    ...{ ratio: median(measured) / median(times.ok), aim: '≈ 1' },
  })
  return [
    row('push to live, API answers 503 after 5 s', times.slow),
    row('push to live, API hangs', times.hanging),
    row('push to live, API answers 500', times.failing),
  ]
}

interface Hosted {
  deploy(): Promise<number>
  /** How many requests met the trouble. */
  met(): number
}

/** A kyozo with a host of its own, so that what it learns of one that is in trouble tells it nothing of the others. The trouble begins with the second push and stays. */
async function hosted(bench: Bench, trouble?: Trouble): Promise<Hosted> {
  const github = await startGitHub()
  bench.afterwards(() => github.close())
  const kyozo = await startKyozo(githubEnvironment(github, github.createToken()))
  bench.afterwards(() => kyozo.remove())
  const shop = await connect('slow', { kyozo, github })
  let [version, met] = [0, 0]
  const deploy = async () => {
    version++
    const start = performance.now()
    const { sha } = await shop.push(busyboxService('one', `${version}`))
    const isLive = async () => (await kyozo.api(`/releases?filter[sha]=${sha}`)).data[0]?.attributes.state === 'live'
    await until('the release to be live', isLive, { deadlineMs: 120_000, everyMs: 20 })
    return performance.now() - start
  }
  await deploy()
  let restore: (() => void) | undefined
  return {
    met: () => met,
    deploy() {
      restore?.()
      if (trouble !== undefined) restore = github.fault({ path: /^\/(repos|app|repositories)\//, met: () => met++, ...trouble() })
      return deploy()
    },
  }
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

// What kyozo keeps of the machine's memory: idle, and after 200 releases; the embedded PostgreSQL apart. Linux only, since it reads /proc.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { busyboxService } from '../support/busybox-service.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { deployByKyozo } from './deployed.ts'
import { median, rounds } from './measure.ts'
import { mebibytes } from './show.ts'

export const memory: Benchmark = {
  name: 'memory',
  title: 'resident memory idle and after 200 releases',
  run,
}

const releaseCount = 200

async function run(bench: Bench): Promise<readonly Row[]> {
  const kyozo = await startKyozo()
  bench.afterwards(() => kyozo.remove())
  const idle = await settled(kyozo)
  const repository = await createRepository({ files: busyboxService('web', 'first') })
  bench.afterwards(() => repository.remove())
  const deployed = await deployByKyozo(kyozo, repository, 'memory')
  for (let release = 2; release <= releaseCount; release++) {
    await repository.commit(`Page ${release}`, { 'docs/page.md': `# ${release}\n` })
    await deployed.push()
    if (release % 50 === 0) bench.note(`${release} releases: ${mebibytes((await usage(kyozo)).server)}`)
  }
  const after = await settled(kyozo)
  const row = (what: string, part: keyof Usage): Row => ({
    what: `${what} after ${releaseCount} releases`,
    kyozo: mebibytes(after[part]),
    against: 'idle after the start',
    other: mebibytes(idle[part]),
    ratio: after[part] / idle[part],
  })
  return [row('resident memory of kyozo', 'server'), row('memory of its PostgreSQL', 'database')]
}

interface Usage {
  /** VmRSS of the Node process. */
  readonly server: number
  /** Of PostgreSQL's processes together; what they share counts once. */
  readonly database: number
}

/** The middle of five looks, once two of them a second apart differ by less than a hundredth. */
async function settled(kyozo: TestKyozo): Promise<Usage> {
  let last = await usage(kyozo)
  await until(
    'the memory to settle',
    async () => {
      const now = await usage(kyozo)
      const isSettled = Math.abs(now.server - last.server) < last.server / 100
      last = now
      return isSettled
    },
    { deadlineMs: 60_000, everyMs: 1_000 },
  )
  const looks: Usage[] = []
  await until('five looks', async () => looks.push(await usage(kyozo)) === rounds, { everyMs: 1_000 })
  return { server: median(looks.map(({ server }) => server)), database: median(looks.map(({ database }) => database)) }
}

async function usage(kyozo: TestKyozo): Promise<Usage> {
  const server = await serverProcess(kyozo)
  const postmaster = (await readFile(path.join(kyozo.dataDir, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0]!
  const database = [postmaster, ...(await childrenOf(postmaster))]
  // A backend may end between being listed and being looked at.
  const shares = await Promise.all(database.map((pid) => kibibytes(`/proc/${pid}/smaps_rollup`, 'Pss').catch(() => 0)))
  return { server: await kibibytes(`/proc/${server}/status`, 'VmRSS'), database: shares.reduce((sum, share) => sum + share, 0) }
}

/** The child of ours that was started with this data directory. */
async function serverProcess({ dataDir }: TestKyozo): Promise<string> {
  for (const pid of await childrenOf(String(process.pid)))
    if ((await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').includes(`KYOZO_DATA_DIR=${dataDir}`)) return pid
  throw new Error(`no process has the data directory ${dataDir}`)
}

async function childrenOf(pid: string): Promise<readonly string[]> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean)
}

async function kibibytes(file: string, name: string): Promise<number> {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(await readFile(file, 'utf8'))
  if (found === null) throw new Error(`${file} does not say ${name}`)
  return Number(found[1]) * 1024
}

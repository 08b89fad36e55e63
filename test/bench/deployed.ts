// A repository that a kyozo runs, and the same repository run by hand: what both sides of a benchmark push to.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { TestKyozo } from '../support/kyozo.ts'
import type { TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import type { Bench } from './benchmark.ts'
import { timed } from './measure.ts'

const execute = promisify(execFile)
const cli = path.join(import.meta.dirname, '../../src/cli/kyozo.ts')

/** One program as typed in a terminal: inherits the environment, and fails with what it printed. */
export async function typed(folder: string, program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, args, { cwd: folder, maxBuffer: 64 * 1024 ** 2 })
  return stdout
}

export interface PushTimes {
  /** From typing `git push` to having its last line, which is the verdict. */
  readonly pushMs: number
  /** What the release says of its stages. */
  readonly stages: Readonly<Record<string, number>>
}

export interface DeployedByKyozo {
  readonly workspace: string
  readonly project: string
  /** Pushes what is committed and waits for the verdict; the old containers have gone when this resolves. */
  push(): Promise<PushTimes>
}

/** The first push is not measured. */
export async function deployByKyozo(kyozo: TestKyozo, repository: TestRepository, name: string): Promise<DeployedByKyozo> {
  const workspace = `${name}-${randomBytes(3).toString('hex')}`
  const project = `kyozo-${workspace}-production`
  const push = async () => {
    const start = performance.now()
    const { output } = await repository.push(kyozo.remote(workspace))
    const pushMs = performance.now() - start
    const sha = (await repository.git('rev-parse', 'HEAD')).output.trim()
    const release = (await kyozo.api(`/releases?filter[sha]=${sha}`)).data[0]
    if (release?.attributes.state !== 'live' && release?.attributes.state !== 'unchanged')
      throw new Error(`the push did not go live: ${output}`)
    return { pushMs, stages: release.attributes.timings as unknown as Readonly<Record<string, number>> }
  }
  await push()
  const services = await countContainers(project)
  return {
    workspace,
    project,
    async push() {
      const times = await push()
      await until('the old containers to go', async () => (await countContainers(project)) === services)
      return times
    },
  }
}

export async function countContainers(project: string): Promise<number> {
  const listed = await typed('/', 'docker', 'ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${project}`)
  return listed.split('\n').filter(Boolean).length
}

export interface DeployedByHand {
  /** Pushes what is committed, fetches it in the clone, and lets Compose build and run kyozo's own document. Gives the milliseconds. */
  push(services?: readonly string[]): Promise<number>
}

/** Everything runs once before this resolves. */
export async function deployByHand(bench: Bench, repository: TestRepository): Promise<DeployedByHand> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-by-hand-'))
  const project = `by-hand-${randomBytes(3).toString('hex')}`
  const compose = (...args: readonly string[]) =>
    typed(path.join(folder, 'clone'), 'docker', 'compose', '-p', project, '-f', 'compose.kyozo.yaml', ...args)
  const origin = path.join(folder, 'origin.git')
  const clone = path.join(folder, 'clone')
  await typed(folder, 'git', 'init', '--quiet', '--bare', '--initial-branch=main', origin)
  const pushOnly = () => typed(repository.folder, 'git', 'push', '--quiet', origin, 'HEAD:refs/heads/main')
  await pushOnly()
  await typed(folder, 'git', 'clone', '--quiet', origin, clone)
  await typed(clone, process.execPath, cli, 'compose', '--write', clone)
  bench.afterwards(async () => {
    await compose('down', '--volumes', '--rmi', 'local', '--timeout', '1')
    await rm(folder, { recursive: true, force: true })
  })
  const up = (services: readonly string[]) => compose('up', '--detach', '--build', '--wait', ...services)
  await up([])
  return {
    push: (services = []) =>
      timed(async () => {
        await pushOnly()
        await typed(clone, 'git', 'pull', '--quiet', '--ff-only')
        await up(services)
      }),
  }
}

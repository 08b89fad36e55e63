// Previews as a person makes them who has a clone, Compose and patience: a work tree for each head, and a project for each work tree.
import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestRepository } from '../support/repository.ts'
import type { Bench } from './benchmark.ts'
import { typed } from './deployed.ts'

export interface PreviewByHand {
  readonly project: string
  merge(): Promise<void>
  down(): Promise<void>
}

export interface PreviewsByHand {
  /** Pushes a branch with the change, fetches it, and has Compose build and run it. */
  open(change: Readonly<Record<string, string>>): Promise<PreviewByHand>
}

const cli = path.join(import.meta.dirname, '../../src/cli/kyozo.ts')
const document = 'compose.kyozo.yaml'

/** Everything of the main branch runs before this resolves. */
export async function previewsByHand(bench: Bench, repository: TestRepository): Promise<PreviewsByHand> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-by-hand-'))
  const [origin, clone] = [path.join(folder, 'origin.git'), path.join(folder, 'clone')]
  const production = `by-hand-${randomBytes(3).toString('hex')}`
  const compose = (where: string, project: string, ...args: readonly string[]) =>
    typed(where, 'docker', 'compose', '-p', project, '-f', document, ...args)
  const up = (where: string, project: string) => compose(where, project, 'up', '--detach', '--build', '--wait')
  const down = (where: string, project: string) => compose(where, project, 'down', '--volumes', '--rmi', 'local', '--timeout', '1')
  await typed(folder, 'git', 'init', '--quiet', '--bare', '--initial-branch=main', origin)
  await typed(repository.folder, 'git', 'push', '--quiet', origin, 'HEAD:refs/heads/main')
  await typed(folder, 'git', 'clone', '--quiet', origin, clone)
  await typed(clone, process.execPath, cli, 'compose', '--write', clone)
  bench.afterwards(async () => {
    await down(clone, production)
    await rm(folder, { recursive: true, force: true })
  })
  await up(clone, production)
  let count = 0
  return {
    async open(change) {
      const branch = `change-${++count}`
      await pushed(repository, { branch, change, origin })
      const project = `${production}-${branch}`
      const tree = path.join(folder, branch)
      await typed(folder, 'git', 'clone', '--quiet', '--branch', branch, origin, tree)
      await copyFile(path.join(clone, document), path.join(tree, document))
      await up(tree, project)
      return {
        project,
        async merge() {
          await typed(repository.folder, 'git', 'push', '--quiet', origin, `${branch}:refs/heads/main`)
          await typed(clone, 'git', 'pull', '--quiet', '--ff-only')
          await up(clone, production)
        },
        down: async () => void (await down(tree, project)),
      }
    },
  }
}

interface Pushing {
  readonly branch: string
  readonly change: Readonly<Record<string, string>>
  readonly origin: string
}

/** On top of what is merged, one after the other: there is one work tree. */
let last: Promise<unknown> = Promise.resolve()

function pushed(repository: TestRepository, { branch, change, origin }: Pushing): Promise<void> {
  const push = async () => {
    await typed(repository.folder, 'git', 'fetch', '--quiet', origin, 'main')
    await typed(repository.folder, 'git', 'checkout', '--quiet', '-B', branch, 'FETCH_HEAD')
    await repository.commit(branch, change)
    await typed(repository.folder, 'git', 'push', '--quiet', origin, branch)
  }
  const pushing = last.then(push)
  last = pushing.catch(() => undefined)
  return pushing
}

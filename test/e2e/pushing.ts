// What the tests of bad input share: a workspace that must go on whatever is pushed to others, and pushes to workspaces of their own.
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { type ApiResource, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type GitResult, type TestRepository } from '../support/repository.ts'

export interface Pushing {
  kyozo(): TestKyozo
  /** A workspace name that nobody has. */
  freshName(name: string): string
  /** Removed after the test. */
  repository(files?: Readonly<Record<string, string>>): Promise<TestRepository>
  /** Pushes the files as the first commit of a workspace of its own. */
  push(files: Readonly<Record<string, string>>): Promise<Pushed>
  /** What the newest release of a workspace came to; undefined when it has none. */
  newestRelease(workspace: string): Promise<ApiResource['attributes'] | undefined>
  /** Fails when a release of the workspace left or made anything on the engine. */
  expectNothingRuns(workspace: string): Promise<void>
}

export interface Pushed extends GitResult {
  readonly workspace: string
  readonly repository: TestRepository
}

const minutes = 60_000

/** Starts a kyozo for the file, and after every test looks whether the service that was deployed first goes on untouched. */
export function usePushing(environment: Readonly<Record<string, string>> = {}): Pushing {
  const repositories: TestRepository[] = []
  const canary = freshName('canary')
  const canaryProject = `kyozo-${canary}-production`
  let kyozo: TestKyozo
  let canaryContainers: ReadonlyMap<string, string>
  const repository = async (files?: Readonly<Record<string, string>>) => {
    const made = await createRepository(files === undefined ? {} : { files })
    repositories.push(made)
    return made
  }
  beforeAll(async () => {
    kyozo = await startKyozo(environment)
    const pushed = await (await repository(busyboxService('one', 'canary'))).push(kyozo.remote(canary))
    expect(pushed.output).toContain('1 live')
    canaryContainers = await containersOf(canaryProject)
    expect(canaryContainers.size).toBe(1)
  }, 3 * minutes)
  afterEach(async () => {
    expect((await kyozo.ask(`one.${canary}.localhost`)).text.trim()).toBe('one canary')
    expect(await containersOf(canaryProject)).toEqual(canaryContainers)
    for (const made of repositories.splice(0)) await made.remove()
  }, minutes)
  afterAll(() => kyozo.remove(), 3 * minutes)
  return {
    kyozo: () => kyozo,
    freshName,
    repository,
    async push(files) {
      const [made, workspace] = [await repository(files), freshName('bad')]
      return { ...(await made.push(kyozo.remote(workspace))), workspace, repository: made }
    },
    async newestRelease(workspace) {
      const { data } = await kyozo.api(`/workspaces?filter[name]=${workspace}`)
      if (data[0] === undefined) return undefined
      return (await kyozo.api(`/releases?filter[workspace]=${data[0].id}&page[size]=1`)).data[0]?.attributes
    },
    async expectNothingRuns(workspace) {
      expect([...(await containersOf(`kyozo-${workspace}-production`)).keys()]).toEqual([])
    },
  }
}

function freshName(name: string): string {
  return `${name}-${randomBytes(3).toString('hex')}`
}

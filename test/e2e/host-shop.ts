// A shop at any Git host that runs, pull requests of it, and ways to wait for what becomes of their previews.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { keepingService, tellingService } from '../support/busybox-service.ts'
import type { Files, HostDouble, HostPullRequest, HostRepository, Shown } from '../support/hosts/host.ts'
import { adminToken, containersOf, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)

/** What the service two is given in production, and in previews of the repository's own. */
export const till = 'the-till-opens-with-this'

export interface HostShop {
  readonly repository: HostRepository
  /** The name that kyozo gives the workspace; free on the whole engine. */
  readonly workspace: string
  /** Opened before kyozo heard of the repository. */
  readonly oldPull: HostPullRequest
  /** A pull request that makes the service two another version; of somebody's fork where that is said. */
  pull(version: string, forkOf?: string): Promise<HostPullRequest>
  /** What the host shows of production once it is no longer pending. */
  verdict(sha: string): Promise<Shown>
  /** What it shows of the preview once that is no longer pending. */
  previewVerdict(sha: string): Promise<Shown>
  /** What a service answers through the edge. */
  ask(service: string): Promise<string>
  askPreview(service: string, number: number): Promise<string>
  containersOfPreview(number: number): ReturnType<typeof containersOf>
  volumesOfPreview(number: number): Promise<readonly string[]>
  /** Neither containers nor volumes. */
  untilGone(number: number): Promise<void>
}

interface Parts {
  readonly kyozo: TestKyozo
  readonly host: HostDouble
}

/** With the services one, which keeps a volume, and two, which reads a secret; both are live in their first version. */
export async function openHostShop({ kyozo, host }: Parts): Promise<HostShop> {
  const workspace = `${host.name}-${randomBytes(3).toString('hex')}`
  const repository = await host.createRepository(workspace)
  await repository.push({ ...tellingService('two', '0'), 'kyozo.yaml': 'commit_back: off\npreviews:\n  secrets: [TILL_KEY]\n' })
  const oldPull = await repository.openPullRequest({ branch: 'old', files: keepingService('one', 'old') })
  repository.addHook(kyozo.url)
  const verdictIn = (environment: string) => (sha: string) =>
    until(
      `the verdict on ${environment} of ${workspace} ${sha.slice(0, 7)}`,
      () => {
        const shown = repository.shown(sha)[`kyozo/${environment}`]
        return shown === undefined || shown.state === 'pending' ? undefined : shown
      },
      { deadlineMs: 120_000 },
    )
  const verdict = verdictIn('production')
  const previewVerdict = verdictIn('preview')
  await verdict(await repository.push({ ...keepingService('one', '1'), ...tellingService('two', '1') }))
  const ask = async (service: string, of = workspace) => (await kyozo.ask(`${service}.${of}.localhost`)).text.trim()
  await keepSecret(kyozo, workspace)
  await until('production to read its secret', async () => (await ask('two')) === `two 1 ${till}`)
  const projectOf = (number: number) => `kyozo-${workspace}-pr-${number}`
  const containersOfPreview = (number: number) => containersOf(projectOf(number))
  const volumesOfPreview = (number: number) => volumesOf(projectOf(number))
  return {
    ...{ repository, workspace, oldPull, verdict, previewVerdict, containersOfPreview, volumesOfPreview },
    pull(version, forkOf) {
      const files: Files = tellingService('two', version)
      return repository.openPullRequest({ branch: `two-${version}`, files, ...(forkOf === undefined ? {} : { forkOf }) })
    },
    ask: (service) => ask(service),
    askPreview: (service, number) => ask(service, `${workspace}-pr-${number}`),
    async untilGone(number) {
      const isGone = async () => (await containersOfPreview(number)).size === 0 && (await volumesOfPreview(number)).length === 0
      await until(`the preview of pull request ${number} to be gone`, isGone)
    },
  }
}

async function keepSecret(kyozo: TestKyozo, workspace: string): Promise<void> {
  const [found] = (await kyozo.api(`/workspaces?filter[name]=${workspace}`)).data
  const relationships = { workspace: { data: { type: 'workspaces', id: found!.id } } }
  const answer = await fetch(`${kyozo.url}/api/v1/secrets`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' },
    body: JSON.stringify({ data: { type: 'secrets', attributes: { name: 'TILL_KEY', value: till }, relationships } }),
  })
  if (answer.status !== 201) throw new Error(`the secret was not kept: ${await answer.text()}`)
}

async function volumesOf(project: string): Promise<readonly string[]> {
  const { stdout } = await run('docker', ['volume', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${project}`])
  return stdout.split('\n').filter((line) => line !== '')
}

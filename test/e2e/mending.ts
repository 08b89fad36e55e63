// An environment that tests hurt on the engine, and what they look at until it is well again.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { adminToken, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)

export const docker = async (...args: readonly string[]) => (await run('docker', [...args])).stdout.trim()

export interface Mending {
  readonly kyozo: TestKyozo
  readonly repository: TestRepository
  readonly workspace: string
  readonly project: string
  push(): Promise<string>
  /** The running container of a service, by default the only one. */
  container(service: string): Promise<string>
  /** Whether it answers, and with what. */
  said(service: string): Promise<string>
  repairs(): Promise<readonly Readonly<Record<string, string>>[]>
  drifts(): Promise<readonly Readonly<Record<string, string>>[]>
  service(name: string): Promise<{ readonly id: string; readonly attributes: Readonly<Record<string, unknown>> }>
  /** Asks for an action of a service; the status of the answer. */
  ask(service: string, action: string, attributes?: Readonly<Record<string, unknown>>): Promise<number>
  /** Does it, and waits until a repair says so and the service answers as before. */
  mended(reason: string, service: string, act: () => Promise<unknown>): Promise<void>
  remove(): Promise<void>
}

const deadline = { deadlineMs: 90_000 }

export async function startMending(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Mending> {
  const kyozo = await startKyozo(environment)
  const repository = await createRepository({ files })
  const workspace = `mend-${randomBytes(3).toString('hex')}`
  const project = `kyozo-${workspace}-production`
  const newest = async (type: string, sort: string) =>
    (await kyozo.api(`/${type}?sort=${sort}&page[size]=100`)).data.map(({ attributes }) => attributes as Record<string, string>)
  const said = async (service: string) => {
    const { status, text } = await kyozo.ask(`${service}.${workspace}.localhost`).catch(() => ({ status: 0, text: '' }))
    return `${status} ${text.trim()}`
  }
  const service = async (name: string) => (await kyozo.api(`/service_instances?filter[name]=${name}`)).data[0]!
  const repairs = () => newest('repairs', '-started_at')
  return {
    kyozo,
    repository,
    workspace,
    project,
    push: async () => (await repository.push(kyozo.remote(workspace))).output,
    container: async (name) => (await containersOf(project)).get(name) ?? '',
    said,
    repairs,
    drifts: () => newest('drifts', '-found_at'),
    service,
    async ask(name, action, attributes = {}) {
      const { id } = await service(name)
      const answer = await fetch(`${kyozo.url}/api/v1/service_instances/${id}/${action}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' },
        body: JSON.stringify({ data: { type: 'service_instances', id, attributes } }),
      })
      return answer.status
    },
    async mended(reason, name, act) {
      const before = await said(name)
      expect(before.startsWith('200')).toBe(true)
      await act()
      const isSaid = async () => (await repairs()).some((repair) => repair.state === 'succeeded' && repair.reason!.includes(reason))
      await until(`a repair because ${reason}`, isSaid, deadline)
      await until(`${name} to answer`, async () => (await said(name)) === before, deadline)
    },
    async remove() {
      await kyozo.remove()
      await repository.remove()
    },
  }
}

export async function inspected(container: string, format: string): Promise<string> {
  return docker('inspect', '-f', format, container)
}

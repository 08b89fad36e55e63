// The workspace of one history: a repository at the Git host, the connection that leads to it, and what was done to it so far.

import type { GitHubRepository } from '../../support/github/github.ts'
import type { ServiceName } from '../acts.ts'
import type { Asked, BystandersSeen, Commit, ContainerSeen } from '../facts.ts'
import type { Resource } from './api.ts'
import type { Lane } from './lane.ts'

export interface Subject {
  readonly workspace: string
  readonly project: string
  readonly connection: string
  readonly repository: GitHubRepository
  readonly startedMs: number
  readonly firstEvent: number
  readonly firstHandover: number
  readonly firstReached: number
  readonly bystanders: BystandersSeen
  readonly secrets: readonly string[]
  readonly commits: Commit[]
  readonly asked: Asked[]
  readonly faults: { readonly name: string; readonly isMet: () => boolean }[]
  readonly handled: Set<ServiceName>
  version: number
  marker: string | undefined
  still: ContainerSeen | undefined
  hasBranch: boolean
}

/** `name` is free in the lane. */
export async function openSubject(lane: Lane, name: string): Promise<Subject> {
  const { github, api, gate } = lane
  const token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })
  const webhookSecret = `the secret of ${name} and nobody else`.replaceAll(' ', '-')
  const attributes = { forge: 'github', name, api_url: github.apiUrl, token, webhook_secret: webhookSecret }
  const created = await api.send('POST', '/forge_connections', { type: 'forge_connections', attributes })
  if (created.status !== 201) throw new Error(`the connection ${name} could not be made: ${created.status} ${created.text}`)
  const repository = await github.createRepository({ fullName: `mona/${name}`, isPrivate: true })
  repository.addHook({ url: `${gate.url}/webhooks/github/${name}`, secret: webhookSecret })
  await lane.bystanders.wake()
  return {
    workspace: name,
    project: `kyozo-${name}-production`,
    connection: name,
    repository,
    startedMs: Date.now(),
    firstEvent: lane.engineLog.events.length,
    firstHandover: gate.handovers.length,
    firstReached: (await lane.orders.reached()).length,
    bystanders: await lane.bystanders.look(),
    secrets: [token, webhookSecret],
    commits: [],
    asked: [],
    faults: [],
    handled: new Set(),
    version: 0,
    marker: undefined,
    still: undefined,
    hasBranch: false,
  }
}

export async function environmentOf({ api }: Lane, { workspace }: Subject): Promise<Resource | undefined> {
  const found = await api.get(`/workspaces?filter[name]=${workspace}`)
  const id = found?.[0]?.id
  return id === undefined
    ? undefined
    : (await api.get(`/workspaces/${id}/environments`))?.find(({ attributes }) => attributes.name === 'production')
}

export async function serviceOf(lane: Lane, subject: Subject, name: ServiceName): Promise<Resource | undefined> {
  const environment = await environmentOf(lane, subject)
  if (environment === undefined) return undefined
  return (await lane.api.get(`/service_instances?filter[environment]=${environment.id}&filter[name]=${name}`))?.[0]
}

// A name that may be any of the three: a workspace, an environment of one, or a service.
import { KyozoError } from '../../errors.ts'
import type { JsonApiResource } from './answers.ts'
import { type EnvironmentPlace, filtered, findEnvironment, findService, nameOf, type ServicePlace } from './places.ts'
import type { Server } from './server.ts'

export type Target =
  | { readonly kind: 'workspace'; readonly label: string; readonly workspace: JsonApiResource }
  | ({ readonly kind: 'environment' } & EnvironmentPlace)
  | ({ readonly kind: 'service' } & ServicePlace)

/** The wider thing wins where two have one name: `shop/api` is an environment of shop before it is a service. Throws `not_found`. */
export async function findTarget(server: Server, name: string): Promise<Target> {
  const parts = name.split('/')
  if (parts.length === 1) {
    const [workspace] = (await server.list(`/api/v1/workspaces?page[size]=1${filtered('name', name)}`)).resources
    if (workspace !== undefined) return { kind: 'workspace', label: nameOf(workspace), workspace }
  }
  if (parts.length === 2) {
    const environment = await findEnvironment(server, name).catch(unlessMissing)
    if (environment !== undefined) return { kind: 'environment', ...environment }
  }
  const service = await findService(server, name).catch(unlessMissing)
  if (service !== undefined) return { kind: 'service', ...service }
  const kinds = { 1: 'workspace or service', 2: 'environment or service' }[parts.length] ?? 'service'
  throw new KyozoError('not_found', `there is no ${kinds} named ${name}`, { hint: 'kyozo status lists all of them' })
}

export function topicOf(target: Target): string {
  switch (target.kind) {
    case 'workspace':
      return `workspace:${target.workspace.id}`
    case 'environment':
      return `environment:${target.environment.id}`
    case 'service':
      return `service:${target.service.id}`
  }
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof KyozoError && error.code === 'not_found') return undefined
  throw error
}

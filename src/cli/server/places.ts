// What people call things: a workspace, `workspace/environment`, `workspace/environment/service`. Names become resources here, and a name that fits
// several things is refused with all of them.
import { KyozoError } from '../../errors.ts'
import type { JsonApiResource } from './answers.ts'
import { defaultWorkspace } from './default-workspace.ts'
import { relatedId } from './follow-operation.ts'
import type { Server } from './server.ts'

export interface EnvironmentPlace {
  /** `shop/production`. */
  readonly label: string
  readonly workspace: JsonApiResource
  readonly environment: JsonApiResource
}

export interface ServicePlace extends EnvironmentPlace {
  /** `shop/production/api`. */
  readonly label: string
  readonly service: JsonApiResource
}

const production = 'production'

export function nameOf(resource: JsonApiResource): string {
  return String(resource.attributes.name)
}

/** The workspace of this name, or of the repository around the current folder. Throws `not_found` when there is none. */
export async function findWorkspace(server: Server, name: string | undefined): Promise<JsonApiResource> {
  if (name === undefined) {
    const found = await defaultWorkspace(server)
    if (found !== undefined) return found
    throw new KyozoError('bad_request', 'no workspace is named, and the current folder’s repository is none of this kyozo', {
      hint: 'name the workspace, or run this in a repository whose remote is kyozo; kyozo status lists all of them',
    })
  }
  const [found] = await findWorkspaces(server, name)
  return found!
}

/** All workspaces, or the one of this name. Throws `not_found` when there is none of this name. */
export async function findWorkspaces(server: Server, name: string | undefined): Promise<readonly JsonApiResource[]> {
  const { resources } = await server.list(`/api/v1/workspaces?page[size]=200${name === undefined ? '' : filtered('name', name)}`)
  if (name !== undefined && resources.length === 0)
    throw new KyozoError('not_found', `there is no workspace named ${name}`, { hint: 'kyozo status lists all of them' })
  return resources
}

/** `WORKSPACE[/ENVIRONMENT]`; without an environment it is production, or the only one. */
export async function findEnvironment(server: Server, name: string | undefined): Promise<EnvironmentPlace> {
  const [workspaceName, environmentName, ...rest] = name === undefined ? [] : name.split('/')
  if (rest.length > 0 || workspaceName === '' || environmentName === '') throw notAName(name!, 'WORKSPACE or WORKSPACE/ENVIRONMENT')
  const workspace = await findWorkspace(server, workspaceName)
  const { resources } = await server.list(`/api/v1/environments?page[size]=200${filtered('workspace', workspace.id)}`)
  const environment =
    environmentName === undefined
      ? (resources.find((one) => nameOf(one) === production) ?? (resources.length === 1 ? resources[0] : undefined))
      : resources.find((one) => nameOf(one) === environmentName)
  if (environment !== undefined) return { label: `${nameOf(workspace)}/${nameOf(environment)}`, workspace, environment }
  const names = resources.map(nameOf).sort()
  throw new KyozoError('not_found', `${nameOf(workspace)} has no environment ${environmentName ?? `named ${production}`}`, {
    hint: names.length === 0 ? 'it has none yet: push a commit to it' : `it has ${names.join(', ')}`,
  })
}

/** `service`, `workspace/service` or `workspace/environment/service`. Throws `bad_request` with every candidate when more than one fits. */
export async function findService(server: Server, name: string): Promise<ServicePlace> {
  const parts = name.split('/')
  if (parts.length > 3 || parts.includes('')) throw notAName(name, 'SERVICE, WORKSPACE/SERVICE or WORKSPACE/ENVIRONMENT/SERVICE')
  const serviceName = parts.at(-1)!
  const workspace = parts.length > 1 ? await findWorkspace(server, parts[0]) : undefined
  const all = await servicesNamed(server, serviceName, workspace)
  const found = narrowed(all, {
    environment: parts.length === 3 ? parts[1] : undefined,
    home: parts.length === 1 && all.length > 1 ? (await defaultWorkspace(server))?.id : undefined,
  })
  if (found.length === 1) return found[0]!
  if (found.length === 0)
    throw new KyozoError('not_found', `there is no service ${name}`, {
      hint: all.length === 0 ? 'kyozo services lists all of them' : `there is ${labels(all)}`,
    })
  throw new KyozoError('bad_request', `${name} is the name of ${found.length} services: ${labels(found)}`, {
    hint: 'name one of them, as WORKSPACE/ENVIRONMENT/SERVICE',
  })
}

async function servicesNamed(server: Server, name: string, workspace: JsonApiResource | undefined): Promise<ServicePlace[]> {
  const narrowing = workspace === undefined ? '' : filtered('workspace', workspace.id)
  const { resources, included } = await server.list(
    `/api/v1/service_instances?include=workspace,environment&page[size]=200${filtered('name', name)}${narrowing}`,
  )
  return resources.map((service) => placeOf(service, included))
}

export function placeOf(service: JsonApiResource, included: ReadonlyMap<string, JsonApiResource>): ServicePlace {
  const workspace = included.get(`workspaces ${relatedId(service, 'workspace')}`)!
  const environment = included.get(`environments ${relatedId(service, 'environment')}`)!
  return { label: `${nameOf(workspace)}/${nameOf(environment)}/${nameOf(service)}`, workspace, environment, service }
}

/** By what was said, then to the repository at hand, then to production: the first that leaves something decides. */
function narrowed(
  places: readonly ServicePlace[],
  by: { readonly environment: string | undefined; readonly home: string | undefined },
): readonly ServicePlace[] {
  if (by.environment !== undefined) return places.filter((place) => nameOf(place.environment) === by.environment)
  const atHome = by.home === undefined ? [] : places.filter((place) => place.workspace.id === by.home)
  const here = atHome.length > 0 ? atHome : places
  const isOneWorkspace = new Set(here.map((place) => place.workspace.id)).size === 1
  const inProduction = isOneWorkspace ? here.filter((place) => nameOf(place.environment) === production) : []
  return inProduction.length > 0 ? inProduction : here
}

function labels(places: readonly ServicePlace[]): string {
  return places
    .map((place) => place.label)
    .sort()
    .join(', ')
}

export function filtered(name: string, value: string): string {
  // A comma would be a list.
  return `&filter[${name}]=${encodeURIComponent(value)}`
}

function notAName(name: string, form: string): KyozoError {
  return new KyozoError('bad_request', `${JSON.stringify(name)} is not a name of that kind`, { hint: `write it as ${form}` })
}

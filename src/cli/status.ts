// `kyozo status`: for every environment which commit is live, and for every service what it does, how it is, and its address. What Git says and
// what health says are two things, and never one colour.
import { Command } from 'commander'
import { coloured, printable, printDocument, table } from './print.ts'
import { relatedId } from './server/follow-operation.ts'
import { findEnvironment, findWorkspaces, nameOf } from './server/places.ts'
import { type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server/server.ts'

interface EnvironmentStatus {
  readonly workspace: string
  readonly environment: string
  /** The newest release, which may have failed. */
  readonly latest: { readonly id: string; readonly sha: string; readonly state: string; readonly reason: string | null } | null
  /** The release that serves. */
  readonly liveSha: string | null
  readonly paused: { readonly by: string; readonly reason: string | null } | null
  /** What kyozo puts right now, or could not put right last; null when all is well. */
  readonly repair: { readonly state: string; readonly reason: string; readonly outcome: string | null } | null
  readonly services: readonly ServiceStatus[]
}

interface ServiceStatus {
  readonly service: string
  /** How the newest release ended for it; null where it had no part in it. */
  readonly verdict: string | null
  readonly words: string
  /** What it does now, and how it is; null for one that does not run. */
  readonly status: string | null
  readonly health: string | null
  readonly url: string | null
}

export function statusCommand(): Command {
  return withServer(
    new Command('status')
      .description('what runs, how it is, and how the newest commit ended')
      .argument('[workspace/environment]', 'default is all of them')
      .option('--json', 'print one JSON document'),
  ).action(async (name: string | undefined, options: ServerOptions & { readonly json?: boolean }) => {
    const server = await openServer(options)
    const found = await readStatus(server, name)
    if (options.json) printDocument({ schemaVersion: 1, environments: found })
    else process.stdout.write(coloured(found.map(statusText).join('\n')))
    if (found.length === 0) process.stderr.write(`Nothing is deployed yet: git push ${server.url}/git/<name>.git HEAD:main\n`)
  })
}

async function readStatus(server: Server, name: string | undefined): Promise<EnvironmentStatus[]> {
  if (name?.includes('/')) {
    const { workspace, environment } = await findEnvironment(server, name)
    return [await environmentStatus(server, workspace, environment)]
  }
  const found: EnvironmentStatus[] = []
  for (const workspace of await findWorkspaces(server, name)) {
    const { resources } = await server.list(`/api/v1/environments?page[size]=200&filter[workspace]=${workspace.id}`)
    for (const environment of resources) found.push(await environmentStatus(server, workspace, environment))
  }
  return found
}

async function environmentStatus(server: Server, workspace: JsonApiResource, environment: JsonApiResource): Promise<EnvironmentStatus> {
  const fields = 'fields[releases]=sha,state,reason,verdicts'
  const [latest] = (await server.list(`/api/v1/releases?${fields}&filter[environment]=${environment.id}&page[size]=1`, 1)).resources
  const liveId = relatedId(environment, 'live_release')
  const live =
    liveId === undefined || liveId === latest?.id
      ? latest
      : ((await server.get(`/api/v1/releases/${liveId}?${fields}`)).data as JsonApiResource)
  const { resources } = await server.list(`/api/v1/service_instances?page[size]=200&sort=name&filter[environment]=${environment.id}`)
  const { paused_by: by, pause_reason: reason } = environment.attributes
  const [repair] = (await server.list(`/api/v1/repairs?filter[environment]=${environment.id}&sort=-started_at&page[size]=1`, 1)).resources
  return {
    workspace: nameOf(workspace),
    environment: nameOf(environment),
    latest:
      latest === undefined
        ? null
        : {
            id: latest.id,
            sha: String(latest.attributes.sha),
            state: String(latest.attributes.state),
            reason: textOrNull(latest.attributes.reason),
          },
    liveSha: liveId === undefined || live === undefined ? null : String(live.attributes.sha),
    paused: typeof by === 'string' ? { by, reason: textOrNull(reason) } : null,
    repair: await repairOf(server, environment, repair),
    services: servicesOf((latest?.attributes.verdicts ?? []) as readonly Record<string, string | null>[], resources),
  }
}

/** One that failed is told for as long as something differs: a release, or a person, may have put it right since. */
async function repairOf(
  server: Server,
  environment: JsonApiResource,
  repair: JsonApiResource | undefined,
): Promise<EnvironmentStatus['repair']> {
  const state = String(repair?.attributes.state)
  if (repair === undefined || (state !== 'running' && state !== 'failed')) return null
  if (state === 'failed') {
    const open = await server.list(`/api/v1/drifts?filter[environment]=${environment.id}&filter[ending]=null&page[size]=1`, 1)
    if (open.resources.length === 0) return null
  }
  return { state, reason: String(repair.attributes.reason), outcome: textOrNull(repair.attributes.outcome) }
}

/** Every service that the newest release spoke of, then those that run beside it. */
function servicesOf(verdicts: readonly Record<string, string | null>[], instances: readonly JsonApiResource[]): ServiceStatus[] {
  const byName = new Map(instances.map((instance) => [nameOf(instance), instance.attributes]))
  const judged = verdicts.map((verdict) => ({ service: verdict.service ?? '', verdict }))
  const others = [...byName.keys()].filter((name) => !judged.some(({ service }) => service === name))
  return [...judged, ...others.map((service) => ({ service, verdict: undefined }))].map(({ service, verdict }) => {
    const now = byName.get(service)
    return {
      service,
      verdict: verdict?.verdict ?? null,
      words: verdict?.words ?? '',
      status: textOrNull(now?.status),
      health: textOrNull(now?.health_status),
      url: textOrNull(now?.url) ?? verdict?.url ?? null,
    }
  })
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function statusText(status: EnvironmentStatus): string {
  const latest = status.latest
  const head =
    latest === null ? 'no release yet' : `${latest.sha.slice(0, 7)} ${latest.state}${latest.reason === null ? '' : `: ${latest.reason}`}`
  const serving = status.liveSha === null || status.liveSha === latest?.sha ? '' : `  serving ${status.liveSha.slice(0, 7)}\n`
  const { paused } = status
  const pause = paused === null ? '' : `  paused by ${paused.by}${paused.reason === null ? '' : `: ${paused.reason}`}\n`
  const rows = status.services.map((service) =>
    [service.service, service.status ?? 'gone', service.health ?? '', service.url ?? '', verdictOf(service)].map(printable),
  )
  return `${status.workspace}/${status.environment}  ${printable(head)}\n${printableLines(serving + pause + repairLine(status))}${table(rows, { indent: 2 })}`
}

function repairLine({ repair }: EnvironmentStatus): string {
  if (repair === null) return ''
  return repair.state === 'running'
    ? `  being repaired: ${repair.reason}\n`
    : `  could not be repaired: ${repair.reason}: ${repair.outcome ?? ''}\n`
}

/** The verdict and its words, which often begin with it. */
function verdictOf({ verdict, words }: ServiceStatus): string {
  const [first = ''] = words.split('\n')
  const name = verdict?.replace('_', ' ') ?? ''
  return first.startsWith(name) ? first : `${name}: ${first}`
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

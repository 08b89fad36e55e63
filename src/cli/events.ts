// `kyozo events`: what happened to services, or everything as it happens.
import { Command } from 'commander'
import { eventWords, type LiveDocument } from './event-words.ts'
import { readLimit } from './limit.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import { relatedId } from './server/follow-operation.ts'
import { filtered, placeOf } from './server/places.ts'
import { type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server/server.ts'
import { findTarget, type Target, topicOf } from './server/targets.ts'

interface EventsOptions extends ServerOptions {
  readonly follow?: boolean
  readonly limit: number
  readonly json?: boolean
}

export function eventsCommand(): Command {
  const command = new Command('events')
    .description('what happened to services, or with --follow everything as it happens')
    .argument('[target]', 'WORKSPACE, WORKSPACE/ENVIRONMENT or WORKSPACE/ENVIRONMENT/SERVICE; default is all')
    .option('-f, --follow', 'print what happens from now on, until interrupted')
    .option('--limit <count>', 'how many, at most 200', readLimit, 20)
    .option('--json', 'print one JSON document; with --follow one for each event, a line each')
  return withServer(command).action(async (name: string | undefined, options: EventsOptions) => {
    const server = await openServer(options)
    const target = name === undefined ? undefined : await findTarget(server, name)
    if (options.follow) await follow(server, target, options)
    else await list(server, target, options)
  })
}

const header = ['when', 'service', 'number', 'what', 'by', 'took', 'why']

/** Events of one transaction have one time; their numbers know better. */
function newestFirst(a: JsonApiResource, b: JsonApiResource): number {
  const times = String(b.attributes.occurred_at).localeCompare(String(a.attributes.occurred_at))
  return times !== 0 ? times : Number(b.attributes.sequence_number) - Number(a.attributes.sequence_number)
}

async function list(server: Server, target: Target | undefined, options: EventsOptions): Promise<void> {
  const services = target === undefined ? undefined : await servicesOf(server, target)
  const filter = services === undefined ? '' : filtered('service_instance', services.map(({ id }) => id).join(','))
  const include = 'include=service_instance.workspace,service_instance.environment'
  const path = `/api/v1/deployment_events?${include}&sort=-occurred_at&page[size]=${options.limit}${filter}`
  const isEmpty = services?.length === 0
  const { resources, included } = isEmpty
    ? { resources: [], included: new Map<string, JsonApiResource>() }
    : await server.list(path, options.limit)
  if (options.json) return printDocument({ schemaVersion: 1, events: resources })
  const rows = [...resources].sort(newestFirst).map((event) => {
    const service = included.get(`service_instances ${relatedId(event, 'service_instance')}`)
    const { occurred_at: at, sequence_number: number, event_type: type, triggered_by: by, duration_ms: ms } = event.attributes
    const where = service === undefined ? '' : placeOf(service, included).label
    const took = ms === null ? '' : `${(Number(ms) / 1000).toFixed(1)} s`
    return [timeOf(at), where, number, type, by ?? '', took, whyOf(event)].map(String)
  })
  process.stdout.write(coloured(table([header, ...rows.map((row) => row.map(printable))])))
}

/** What failed, or what made somebody do it. */
function whyOf({ attributes }: JsonApiResource): string {
  const { cause } = attributes.event_data as { readonly cause?: string }
  return String(attributes.error_message ?? cause ?? '').split('\n')[0]!
}

/** At most as many as one filter may hold. */
const mostServices = 100

async function servicesOf(server: Server, target: Target): Promise<readonly JsonApiResource[]> {
  if (target.kind === 'service') return [target.service]
  const filter = target.kind === 'environment' ? filtered('environment', target.environment.id) : filtered('workspace', target.workspace.id)
  return (await server.list(`/api/v1/service_instances?page[size]=${mostServices}${filter}`, mostServices)).resources
}

async function follow(server: Server, target: Target | undefined, { json }: EventsOptions): Promise<void> {
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  const labels = createLabels(server)
  const path = `/api/v1/events?topics=${target === undefined ? 'team' : topicOf(target)}`
  for await (const event of server.events(path, { signal: interrupted.signal })) {
    const document = JSON.parse(event.data) as LiveDocument
    if (event.name === 'stream.reset') process.stderr.write('Some events were missed: they are older than what kyozo keeps.\n')
    if (document.type === 'stream') continue
    if (json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, event: event.id, ...document })}\n`)
    else process.stdout.write(`${[timeOf(document.at), await labels.of(document), printable(eventWords(document))].join('  ')}\n`)
  }
}

/** Places by name; each is asked for once, and one that has gone stays without. */
function createLabels(server: Server) {
  const known = new Map<string, Promise<string>>()
  const nameAt = async (path: string, of: (resource: JsonApiResource, included: ReadonlyMap<string, JsonApiResource>) => string) => {
    const document = await server.get(path)
    const included = new Map((document.included ?? []).map((one) => [`${one.type} ${one.id}`, one]))
    return of(document.data as JsonApiResource, included)
  }
  const look = ({ service, environment, workspace }: LiveDocument): Promise<string> => {
    if (service !== null)
      return nameAt(
        `/api/v1/service_instances/${service}?include=workspace,environment`,
        (found, included) => placeOf(found, included).label,
      )
    if (environment !== null)
      return nameAt(
        `/api/v1/environments/${environment}?include=workspace`,
        (found, included) => `${included.get(`workspaces ${relatedId(found, 'workspace')}`)?.attributes.name}/${found.attributes.name}`,
      )
    if (workspace !== null) return nameAt(`/api/v1/workspaces/${workspace}`, (found) => String(found.attributes.name))
    return Promise.resolve('team')
  }
  return {
    of(document: LiveDocument): Promise<string> {
      const key = document.service ?? document.environment ?? document.workspace ?? 'team'
      const name = known.get(key) ?? look(document).catch(() => 'gone')
      known.set(key, name)
      return name
    },
  }
}

function timeOf(time: unknown): string {
  return String(time).slice(0, 19).replace('T', ' ')
}

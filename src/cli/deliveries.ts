// `kyozo deliveries [list|show|replay|checks]`: what arrived, what was decided and what came of it, and what never arrived.
import { Command, InvalidArgumentError } from 'commander'
import { KyozoError } from '../errors.ts'
import { readLimit } from './limit.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import { bodyOf } from './server/body.ts'
import { relatedId } from './server/follow-operation.ts'
import { type OperateOptions, operate, withWaiting } from './server/operate.ts'
import { findWorkspace } from './server/places.ts'
import { type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server/server.ts'

interface ShowOptions extends ServerOptions {
  readonly json?: boolean
}

interface ListOptions extends ShowOptions {
  readonly limit: number
  readonly missed?: boolean
  readonly decision?: string
}

export function deliveriesCommand(): Command {
  return new Command('deliveries')
    .description('what Git hosts told, what was decided, and what came of it')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(showCommand())
    .addCommand(replayCommand())
    .addCommand(checksCommand())
}

const decisions = ['accepted', 'ignored', 'refused']

function listCommand(): Command {
  const command = new Command('list')
    .description('the newest deliveries (the default)')
    .argument('[workspace]', 'default is all of them')
    .option('--missed', 'only those that did not arrive by themselves: recovered from the host’s list, or seen on the branch')
    .option('--decision <decision>', `only those that were ${decisions.join(', ')}`, decisionIn)
    .option('--limit <count>', 'how many, at most 200', readLimit, 20)
    .option('--json', 'print one JSON document')
  return withServer(command).action(async (name: string | undefined, options: ListOptions) => {
    const server = await openServer(options)
    const narrowed = [
      ...(name === undefined ? [] : [`filter[workspace]=${(await findWorkspace(server, name)).id}`]),
      ...(options.missed ? ['filter[arrival]=recovered,swept'] : []),
      ...(options.decision === undefined ? [] : [`filter[decision]=${options.decision}`]),
    ]
    const query = ['include=workspace', 'sort=-received_at', `page[size]=${options.limit}`, ...narrowed].join('&')
    const { resources, included } = await server.list(`/api/v1/deliveries?${query}`, options.limit)
    if (options.json) return printDocument({ schemaVersion: 1, deliveries: resources })
    if (resources.length === 0) return void process.stderr.write(options.missed ? 'Nothing was missed.\n' : 'Nothing has arrived.\n')
    process.stdout.write(coloured(table([listed, ...resources.map((delivery) => rowOf(delivery, included))])))
  })
}

const listed = ['arrived', 'workspace', 'event', 'how', 'decision', 'id', 'what came of it']

function rowOf(delivery: JsonApiResource, included: Included): string[] {
  const { received_at: at, event, arrival, decision, reason, outcome } = delivery.attributes
  return cells([minuteOf(at), workspaceOf(delivery, included), event, arrival, decision, delivery.id, outcome ?? reason])
}

function decisionIn(text: string): string {
  if (decisions.includes(text)) return text
  throw new InvalidArgumentError(`It is one of ${decisions.join(', ')}.`)
}

function showCommand(): Command {
  const command = new Command('show')
    .description('one delivery: its headers, and the first 64 KiB of what was sent')
    .argument('<id>', 'as the list has it, or the Git host’s own')
    .option('--json', 'print one JSON document')
  return withServer(command).action(async (id: string, options: ShowOptions) => {
    const server = await openServer(options)
    const { delivery, included } = await findDelivery(server, id)
    if (options.json) return printDocument({ schemaVersion: 1, delivery })
    process.stdout.write(wordsOf(delivery, included))
  })
}

function wordsOf(delivery: JsonApiResource, included: Included): string {
  const { body, headers, reason, outcome, received_at: arrived, sent_at: sent, ...other } = delivery.attributes
  const facts: readonly (readonly [string, unknown])[] = [
    ['delivery', delivery.id],
    ['at the host', `${String(other.delivery_id)} (${[other.forge, other.connection].filter(Boolean).join(' ')})`],
    ['workspace', workspaceOf(delivery, included)],
    ['event', other.event],
    ['about', [other.ref, other.sha].filter(Boolean).join(' ')],
    ['arrived', `${String(arrived)}, ${String(other.arrival)}${sent === null ? '' : `; sent first ${String(sent)}`}`],
    ['decision', `${String(other.decision)}: ${String(reason)}`],
    ['outcome', outcome],
    ['releases', (other.release_ids as readonly string[]).join(' ')],
    ...Object.entries((headers ?? {}) as object),
  ]
  const lines = facts.filter(([, value]) => value !== null && value !== '').map(([name, value]) => cells([name, value]))
  const text = body === null ? 'What was sent is kept no longer.' : printable(String(body))
  return `${coloured(table(lines))}\n${text}\n`
}

function replayCommand(): Command {
  const command = new Command('replay')
    .description('decide deliveries again, as if they had just arrived; a commit that had its release gets another')
    .argument('<id...>', 'as the list has them, or the Git host’s own')
  return withServer(withWaiting(command)).action(async (ids: readonly string[], options: OperateOptions) => {
    const server = await openServer(options)
    const found = []
    for (const id of new Set(ids)) found.push((await findDelivery(server, id)).delivery.id)
    const requests = found.map((id) => ({
      label: id,
      verb: 'replay',
      path: `/api/v1/deliveries/${id}/replay`,
      body: bodyOf('deliveries', { id, attributes: {} }),
    }))
    await operate(server, requests, options)
  })
}

function checksCommand(): Command {
  const command = new Command('checks')
    .description('what came of comparing what has arrived with what the Git hosts say')
    .argument('[workspace]', 'default is all of them')
    .option('--missed', 'only those that found something missing')
    .option('--limit <count>', 'how many, at most 200', readLimit, 20)
    .option('--json', 'print one JSON document')
  return withServer(command).action(async (name: string | undefined, options: ListOptions) => {
    const server = await openServer(options)
    const narrowed = `${name === undefined ? '' : `&filter[workspace]=${(await findWorkspace(server, name)).id}`}${options.missed ? '&filter[missed][gt]=0' : ''}`
    const path = `/api/v1/ledger_checks?include=workspace&sort=-checked_at&page[size]=${options.limit}${narrowed}`
    const { resources, included } = await server.list(path, options.limit)
    if (options.json) return printDocument({ schemaVersion: 1, ledger_checks: resources })
    if (resources.length === 0) return void process.stderr.write('Nothing was compared.\n')
    const rows = resources.map((check) => {
      const { checked_at: at, kind, connection, checks, missed, words, error } = check.attributes
      const what = `${String(kind)} of ${workspaceOf(check, included) || String(connection)}`
      return cells([minuteOf(at), what, checks, missed, error === null ? words : `${String(error)}; ${String(words)}`])
    })
    process.stdout.write(coloured(table([compared, ...rows])))
  })
}

const compared = ['last', 'compared', 'times', 'missed', 'what came of it']

type Included = ReadonlyMap<string, JsonApiResource>

async function findDelivery(server: Server, id: string): Promise<{ readonly delivery: JsonApiResource; readonly included: Included }> {
  const fields = `${shown},received_at,sent_at,headers,body,workspace`
  const query = `include=workspace&fields[deliveries]=${fields}`
  const byHost = await server.list(`/api/v1/deliveries?filter[delivery_id]=${encodeURIComponent(id)}&${query}`, 100)
  const [delivery, ...others] = byHost.resources
  if (others.length > 0)
    throw new KyozoError('bad_request', `several connections got ${id}: ${byHost.resources.map((one) => one.id).join(', ')}`, {
      hint: 'name one of them',
    })
  if (delivery !== undefined) return { delivery, included: byHost.included }
  const { resources, included } = await server.list(`/api/v1/deliveries/${encodeURIComponent(id)}?${query}`)
  return { delivery: resources[0]!, included }
}

const shown = 'forge,connection,delivery_id,event,decision,reason,arrival,ref,sha,release_ids,outcome'

function workspaceOf(resource: JsonApiResource, included: Included): string {
  return String(included.get(`workspaces ${relatedId(resource, 'workspace')}`)?.attributes.name ?? '')
}

function minuteOf(time: unknown): string {
  return String(time).slice(0, 16).replace('T', ' ')
}

function cells(values: readonly unknown[]): string[] {
  return values.map((value) => printable(String(value ?? '').split('\n')[0] ?? ''))
}

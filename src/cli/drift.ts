// `kyozo drift [list|adopt|restore]`: what runs otherwise than it was released, and what becomes of it.
import { Command } from 'commander'
import { readLimit } from './limit.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import { bodyOf } from './server/body.ts'
import { relatedId } from './server/follow-operation.ts'
import { type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server/server.ts'
import { narrowing } from './services.ts'

interface DriftOptions extends ServerOptions {
  readonly json?: boolean
}

interface ListOptions extends DriftOptions {
  readonly all?: boolean
  readonly limit: number
}

export function driftCommand(): Command {
  return new Command('drift')
    .description('what runs otherwise than it was released')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(decide('adopt', 'keep what was found: memory and CPU become settings of the service'))
    .addCommand(decide('restore', 'put back what was released, without a restart'))
}

function listCommand(): Command {
  const command = new Command('list')
    .description('what differs now, or with --all what ever did')
    .argument('[workspace/environment]', 'default is all of them')
    .option('--all', 'those that are over too, and how')
    .option('--limit <count>', 'how many, at most 200', readLimit, 50)
    .option('--json', 'print one JSON document')
  return withServer(command).action(async (name: string | undefined, options: ListOptions) => {
    const server = await openServer(options)
    const open = options.all ? '' : '&filter[ending]=null'
    const path = `/api/v1/drifts?include=workspace,environment&sort=-found_at&page[size]=${options.limit}${open}${await narrowing(server, name)}`
    const { resources: found, included } = await server.list(path, options.limit)
    if (options.json) printDocument({ schemaVersion: 1, drifts: found })
    else if (found.length === 0) process.stderr.write(options.all ? 'Nothing ever differed.\n' : 'Everything runs as it was released.\n')
    else process.stdout.write(coloured(table([header, ...found.map((drift) => rowOf(drift, included))])))
  })
}

const header = ['found', 'where', 'field', 'released', 'found as', 'drift', 'state']

function rowOf(drift: JsonApiResource, included: ReadonlyMap<string, JsonApiResource>): string[] {
  const { found_at: at, service, field, expected, actual, ending, restore_requested_at: asked } = drift.attributes
  const names = ['workspace', 'environment'].map((one) => included.get(`${one}s ${relatedId(drift, one)}`)?.attributes.name)
  const where = [...names, service].filter((part) => part !== undefined && part !== '').join('/')
  const state = ending ?? (asked === null ? 'open' : 'being restored')
  return [String(at).slice(0, 16).replace('T', ' '), where, field, expected, actual, drift.id, state].map((cell) => printable(String(cell)))
}

function decide(verb: 'adopt' | 'restore', description: string): Command {
  const command = new Command(verb).description(description).argument('<drift>', 'its id').option('--json', 'print one JSON document')
  return withServer(command).action(async (id: string, options: DriftOptions) => {
    const server = await openServer(options)
    const drift = await ask(server, id, verb)
    if (options.json) return printDocument({ schemaVersion: 1, drift })
    const { service, field, actual, expected } = drift.attributes
    const said = verb === 'adopt' ? `stays ${String(actual)}` : `is put back to ${String(expected)}`
    process.stdout.write(`${printable(`${String(service)} ${String(field)} ${said}`)}\n`)
  })
}

async function ask(server: Server, id: string, verb: string): Promise<JsonApiResource> {
  const document = await server.send({
    method: 'POST',
    path: `/api/v1/drifts/${encodeURIComponent(id)}/${verb}`,
    body: bodyOf('drifts', { id, attributes: {} }),
  })
  return document!.data as JsonApiResource
}

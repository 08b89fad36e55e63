// `kyozo operations [ID]`: what was asked for, or one of them followed to its end.
import { Command } from 'commander'
import { readLimit } from './limit.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import { relatedId } from './server/follow-operation.ts'
import { endOf, failureCode, type OperateOptions, waitFor, withWaiting } from './server/operate.ts'
import { type JsonApiResource, openServer, type Server, withServer } from './server/server.ts'
import { narrowing } from './services.ts'

const id = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

interface OperationsOptions extends OperateOptions {
  readonly limit: number
}

export function operationsCommand(): Command {
  const command = new Command('operations')
    .description('what was asked for and how it ended, or one operation followed to its end')
    .argument('[workspace/environment]', 'or the id of an operation')
    .option('--limit <count>', 'how many, at most 200', readLimit, 20)
  return withServer(withWaiting(command)).action(async (asked: string | undefined, options: OperationsOptions) => {
    const server = await openServer(options)
    if (asked !== undefined && id.test(asked)) await followOne(server, asked, options)
    else await list(server, asked, options)
  })
}

async function followOne(server: Server, asked: string, options: OperationsOptions): Promise<void> {
  const found = (await server.get(`/api/v1/operations/${asked}`)).data as JsonApiResource
  const operation = options.wait ? await waitFor(server, found, { ...options, label: '' }) : found
  if (options.json) printDocument({ schemaVersion: 1, operation })
  else process.stdout.write(`${String(operation.attributes.kind)}  ${printable(endOf(operation))}\n`)
  if (operation.attributes.state === 'failed' || operation.attributes.state === 'canceled') process.exitCode = failureCode(operation)
}

const header = ['asked', 'what', 'where', 'by', 'state', 'operation', 'how it ended']

async function list(server: Server, asked: string | undefined, options: OperationsOptions): Promise<void> {
  const include = 'include=workspace,environment,service_instance'
  const filter = await narrowing(server, asked)
  const { resources, included } = await server.list(`/api/v1/operations?${include}&page[size]=${options.limit}${filter}`, options.limit)
  if (options.json) return printDocument({ schemaVersion: 1, operations: resources })
  const rows = resources.map((operation) => {
    const { created_at: at, kind, requested_by: by, state, words, error_message: message } = operation.attributes
    const where = ['workspace', 'environment', 'service_instance']
      .map((name) => included.get(`${name}s ${relatedId(operation, name)}`)?.attributes.name)
      .filter((name) => name !== undefined)
    return [minuteOf(at), kind, where.join('/'), by, state, operation.id, String(message ?? words ?? '').split('\n')[0]].map(String)
  })
  process.stdout.write(coloured(table([header, ...rows.map((row) => row.map(printable))])))
}

function minuteOf(time: unknown): string {
  return String(time).slice(0, 16).replace('T', ' ')
}

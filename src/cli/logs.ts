// `kyozo logs`: what a release and its builds printed, or what a running service prints.
import { Command } from 'commander'
import { KyozoError } from '../errors.ts'
import { readTail } from './limit.ts'
import { printable, printDocument } from './print.ts'
import { createAlarm } from './server/alarm.ts'
import { createLogReader, type LogLine } from './server/log-reader.ts'
import { filtered } from './server/places.ts'
import { type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server/server.ts'
import { findTarget, type Target } from './server/targets.ts'
import { printOutput } from './service-output.ts'

const releaseId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export interface LogsOptions extends ServerOptions {
  readonly follow?: boolean
  readonly tail?: number
  readonly since?: string
  readonly json?: boolean
}

export function logsCommand(): Command {
  const command = new Command('logs')
    .description('what a release and its builds printed, or what a service prints')
    .argument('<target>', 'the id of a release; a workspace or WORKSPACE/ENVIRONMENT for its newest one; or a service')
    .option('-f, --follow', 'go on as it is printed: to the end of a release, or until interrupted')
    .option('--tail <count>', 'of a service, so many of the newest lines', readTail)
    .option('--since <time>', 'of a service, only lines from this time on, as 2026-01-31T12:00:00Z')
    .option('--json', 'print one JSON document; with --follow one for each line')
  return withServer(command).action(async (asked: string, options: LogsOptions) => {
    const server = await openServer(options)
    const target = releaseId.test(asked) ? undefined : await findTarget(server, asked)
    if (target?.kind === 'service') return printOutput(server, target, options)
    const id = target === undefined ? asked : await newestRelease(server, target)
    await (options.follow ? followLog(server, id, options) : printLog(server, id, options))
  })
}

async function printLog(server: Server, id: string, { json }: LogsOptions): Promise<void> {
  const { resources } = await server.list(`/api/v1/releases/${id}/logs`)
  if (json) return printDocument({ schemaVersion: 1, release: id, lines: resources.map(({ attributes }) => attributes) })
  for (const { attributes } of resources) printLine(attributes as unknown as LogLine)
}

/** Ends when the release has ended and everything of it is printed. */
async function followLog(server: Server, id: string, { json }: LogsOptions): Promise<void> {
  const alarm = createAlarm(server)
  const log = createLogReader(server, (line) =>
    json ? process.stdout.write(`${JSON.stringify({ schemaVersion: 1, release: id, ...line })}\n`) : printLine(line),
  )
  try {
    for (;;) {
      alarm.listen(`logs:${id},release:${id}`)
      const release = (await server.get(`/api/v1/releases/${id}?fields[releases]=state`)).data as JsonApiResource
      await log.read(id)
      if (!log.isReadable()) throw new KyozoError('forbidden', 'this log may not be read with this token')
      if (release.attributes.state !== 'queued' && release.attributes.state !== 'running') return
      await alarm.wait()
    }
  } finally {
    alarm.stop()
  }
}

function printLine({ service, text }: LogLine): void {
  process.stdout.write(`${typeof service === 'string' ? `${service} | ` : ''}${printable(text)}\n`)
}

async function newestRelease(server: Server, target: Exclude<Target, { readonly kind: 'service' }>): Promise<string> {
  const filter = target.kind === 'environment' ? filtered('environment', target.environment.id) : filtered('workspace', target.workspace.id)
  const [newest] = (await server.list(`/api/v1/releases?page[size]=1${filter}`, 1)).resources
  if (newest === undefined) throw new KyozoError('not_found', `${target.label} has no release yet`, { hint: 'push a commit to it' })
  return newest.id
}

// `kyozo logs`: what a release and its builds printed, to its end so far.
import { Command } from 'commander'
import { KyozoError } from '../errors.ts'
import { printDocument } from './print.ts'
import { findWorkspaces, openServer, type Server, type ServerOptions, withServer } from './server.ts'

const releaseId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function logsCommand(): Command {
  return withServer(
    new Command('logs')
      .description('what a release and its builds printed')
      .argument('<release>', 'the id of a release, or a workspace for its newest one')
      .option('--json', 'print one JSON document'),
  ).action(async (asked: string, options: ServerOptions & { readonly json?: boolean }) => {
    const server = await openServer(options)
    const id = releaseId.test(asked) ? asked : await newestRelease(server, asked)
    const lines = await server.list(`/api/v1/releases/${id}/logs`)
    if (options.json) return printDocument({ schemaVersion: 1, release: id, lines: lines.map(({ attributes }) => attributes) })
    for (const { attributes } of lines)
      process.stdout.write(`${typeof attributes.service === 'string' ? `${attributes.service} | ` : ''}${String(attributes.text)}\n`)
  })
}

async function newestRelease(server: Server, workspace: string): Promise<string> {
  const [found] = await findWorkspaces(server, workspace)
  const [newest] = [(await server.get(`/api/v1/releases?filter[workspace]=${found!.id}&page[size]=1`)).data].flat()
  if (newest === undefined) throw new KyozoError('not_found', `${workspace} has no release yet`, { hint: 'push a commit to it' })
  return newest.id
}

// `kyozo previews`: the environments of pull requests.
import { Command } from 'commander'
import { coloured, printable, printDocument, table } from './print.ts'
import { relatedId } from './server/follow-operation.ts'
import { filtered, findWorkspace } from './server/places.ts'
import { openServer, type ServerOptions, withServer } from './server/server.ts'

export function previewsCommand(): Command {
  const command = new Command('previews')
    .description('the environments of pull requests')
    .argument('[workspace]', 'default is all of them')
    .option('--json', 'print one JSON document')
  return withServer(command).action(async (name: string | undefined, options: ServerOptions & { readonly json?: boolean }) => {
    const server = await openServer(options)
    const filter = name === undefined ? '' : filtered('workspace', (await findWorkspace(server, name)).id)
    const { resources, included } = await server.list(`/api/v1/previews?include=workspace,live_release&page[size]=200${filter}`)
    if (options.json) return printDocument({ schemaVersion: 1, previews: resources })
    const rows = resources.map((preview) => {
      const { name: environment, pull_request_id: request, ref, expires_at: until } = preview.attributes
      const workspace = included.get(`workspaces ${relatedId(preview, 'workspace')}`)?.attributes.name ?? ''
      const sha = String(included.get(`releases ${relatedId(preview, 'live_release')}`)?.attributes.sha ?? '').slice(0, 7)
      return [workspace, environment, request ?? '', ref, sha === '' ? 'nothing' : sha, until === null ? '' : String(until).slice(0, 10)]
    })
    if (rows.length === 0) process.stderr.write('There is no preview.\n')
    else {
      const header = ['workspace', 'environment', 'pull request', 'ref', 'live', 'until']
      process.stdout.write(coloured(table([header, ...rows.map((row) => row.map((cell) => printable(String(cell))))])))
    }
  })
}

import { Command } from 'commander'
import { coloured, printDocument, table } from './print.ts'
import { findWorkspaces, type JsonApiResource, openServer, type ServerOptions, withServer } from './server.ts'

export function releasesCommand(): Command {
  return withServer(
    new Command('releases')
      .description('the newest releases and how they ended')
      .argument('[workspace]')
      .option('--json', 'print one JSON document')
      .option('--limit <count>', 'how many, at most 200', '20'),
  ).action(async (workspace: string | undefined, options: ServerOptions & { readonly json?: boolean; readonly limit: string }) => {
    const server = await openServer(options)
    const workspaces = await findWorkspaces(server, workspace)
    const names = new Map(workspaces.map((found) => [found.id, String(found.attributes.name)]))
    const filter = workspace === undefined ? '' : `&filter[workspace]=${workspaces[0]!.id}`
    const releases = [(await server.get(`/api/v1/releases?page[size]=${encodeURIComponent(options.limit)}${filter}`)).data].flat()
    if (options.json) printDocument({ schemaVersion: 1, releases })
    else process.stdout.write(coloured(table([header, ...releases.map((release) => rowOf(release, names))])))
  })
}

const header = ['workspace', 'commit', 'state', 'pushed', 'release', 'how it ended']

function rowOf(release: JsonApiResource, workspaces: ReadonlyMap<string, string>): string[] {
  const { sha, state, created_at: createdAt, reason } = release.attributes
  const workspace = workspaces.get(release.relationships?.workspace?.data?.id ?? '') ?? ''
  const pushed = String(createdAt).slice(0, 16).replace('T', ' ')
  return [workspace, String(sha).slice(0, 7), String(state), pushed, release.id, String(reason ?? '').split('\n')[0] ?? '']
}

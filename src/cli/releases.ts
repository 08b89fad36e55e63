import { Command } from 'commander'
import { openServer, type ServerOptions, withServer } from './server.ts'
import { table } from './table.ts'

export function releasesCommand(): Command {
  return withServer(
    new Command('releases')
      .description('the newest releases and how they ended')
      .argument('[workspace]')
      .option('--json', 'print one JSON document')
      .option('--limit <count>', 'how many', '20'),
  ).action(async (workspace: string | undefined, options: ServerOptions & { readonly json?: boolean; readonly limit: string }) => {
    const server = await openServer(options)
    const workspaces = await server.list(
      `/api/v1/workspaces${workspace === undefined ? '' : `?filter[name]=${encodeURIComponent(workspace)}`}`,
    )
    const names = new Map(workspaces.map((found) => [found.id, String(found.attributes.name)]))
    const filter = workspace === undefined || workspaces[0] === undefined ? '' : `&filter[workspace]=${workspaces[0].id}`
    const releases = [(await server.get(`/api/v1/releases?page[size]=${options.limit}${filter}`)).data].flat()
    if (options.json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, releases }, null, 2)}\n`)
    else
      process.stdout.write(
        table(
          releases.map((release) => [
            names.get(release.relationships?.workspace?.data?.id ?? '') ?? '',
            String(release.attributes.sha).slice(0, 7),
            String(release.attributes.state),
            String(release.attributes.created_at),
            String(release.attributes.reason ?? ''),
            release.id,
          ]),
        ),
      )
  })
}

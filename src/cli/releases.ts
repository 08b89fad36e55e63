import { Command } from 'commander'
import { readLimit } from './limit.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import { relatedId } from './server/follow-operation.ts'
import { type JsonApiResource, openServer, type ServerOptions, withServer } from './server/server.ts'
import { narrowing } from './services.ts'

export function releasesCommand(): Command {
  return withServer(
    new Command('releases')
      .description('the newest releases and how they ended')
      .argument('[workspace/environment]', 'default is all of them')
      .option('--json', 'print one JSON document')
      .option('--limit <count>', 'how many, at most 200', readLimit, 20),
  ).action(async (name: string | undefined, options: ServerOptions & { readonly json?: boolean; readonly limit: number }) => {
    const server = await openServer(options)
    const { resources, included } = await server.list(
      `/api/v1/releases?include=workspace,environment&page[size]=${options.limit}${await narrowing(server, name)}`,
      options.limit,
    )
    if (options.json) printDocument({ schemaVersion: 1, releases: resources })
    else process.stdout.write(coloured(table([header, ...resources.map((release) => rowOf(release, included).map(printable))])))
  })
}

const header = ['workspace', 'environment', 'commit', 'state', 'pushed', 'release', 'how it ended']

function rowOf(release: JsonApiResource, included: ReadonlyMap<string, JsonApiResource>): string[] {
  const { sha, state, created_at: createdAt, reason, commit_back: commitBack } = release.attributes
  const nameOf = (type: string) => String(included.get(`${type}s ${relatedId(release, type)}`)?.attributes.name ?? '')
  const pushed = String(createdAt).slice(0, 16).replace('T', ' ')
  const ended = [String(reason ?? '').split('\n')[0] ?? '', ...writtenBack(commitBack)].join('; ')
  return [nameOf('workspace'), nameOf('environment'), String(sha).slice(0, 7), String(state), pushed, release.id, ended]
}

/** Where a person has to act for compose.kyozo.yaml to be written back. */
function writtenBack(told: unknown): readonly string[] {
  const { state, words } = (told ?? {}) as { readonly state?: string; readonly words?: string }
  return words !== undefined && state === 'refused' ? [words] : []
}

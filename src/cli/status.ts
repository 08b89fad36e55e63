// `kyozo status`: for every environment what is live, and for every service its verdict and address.
import { Command } from 'commander'
import { coloured, printDocument, table } from './print.ts'
import { findWorkspaces, type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server.ts'

interface StatusOptions extends ServerOptions {
  readonly json?: boolean
}

interface EnvironmentStatus {
  readonly workspace: string
  readonly environment: string
  /** The newest release, which may have failed. */
  readonly latest: { readonly id: string; readonly sha: string; readonly state: string; readonly reason: string | null } | null
  /** The release that serves. */
  readonly liveSha: string | null
  readonly services: readonly { readonly service: string; readonly verdict: string; readonly words: string; readonly url: string | null }[]
}

export function statusCommand(): Command {
  return withServer(
    new Command('status')
      .description('what runs, and how the newest commit ended')
      .argument('[workspace]')
      .option('--json', 'print one JSON document'),
  ).action(async (workspace: string | undefined, options: StatusOptions) => {
    const server = await openServer(options)
    const found = await readStatus(server, workspace)
    if (options.json) printDocument({ schemaVersion: 1, environments: found })
    else process.stdout.write(coloured(found.map(statusText).join('\n')))
    if (found.length === 0) process.stderr.write(`Nothing is deployed yet: git push ${server.url}/git/<name>.git HEAD:main\n`)
  })
}

async function readStatus(server: Server, name: string | undefined): Promise<EnvironmentStatus[]> {
  const found: EnvironmentStatus[] = []
  for (const workspace of await findWorkspaces(server, name)) {
    for (const environment of await server.list(`/api/v1/environments?filter[workspace]=${workspace.id}`))
      found.push(await environmentStatus(server, workspace, environment))
  }
  return found
}

async function environmentStatus(server: Server, workspace: JsonApiResource, environment: JsonApiResource): Promise<EnvironmentStatus> {
  const [latest] = [(await server.get(`/api/v1/releases?filter[environment]=${environment.id}&page[size]=1`)).data].flat()
  const liveId = environment.relationships?.live_release?.data?.id
  const live = liveId === undefined ? undefined : ((await server.get(`/api/v1/releases/${liveId}`)).data as JsonApiResource)
  const shown = latest === undefined ? undefined : ((await server.get(`/api/v1/releases/${latest.id}`)).data as JsonApiResource)
  const verdicts = (shown?.attributes.verdicts ?? []) as readonly Record<string, string | null>[]
  return {
    workspace: String(workspace.attributes.name),
    environment: String(environment.attributes.name),
    latest:
      shown === undefined
        ? null
        : {
            id: shown.id,
            sha: String(shown.attributes.sha),
            state: String(shown.attributes.state),
            reason: (shown.attributes.reason as string | null) ?? null,
          },
    liveSha: live === undefined ? null : String(live.attributes.sha),
    services: verdicts.map((verdict) => ({
      service: verdict.service ?? '',
      verdict: verdict.verdict ?? '',
      words: verdict.words ?? '',
      url: verdict.url ?? null,
    })),
  }
}

function statusText(status: EnvironmentStatus): string {
  const latest = status.latest
  const head =
    latest === null ? 'no release yet' : `${latest.sha.slice(0, 7)} ${latest.state}${latest.reason === null ? '' : `: ${latest.reason}`}`
  const serving = status.liveSha === null || status.liveSha === latest?.sha ? '' : `  serving ${status.liveSha.slice(0, 7)}\n`
  const rows = status.services.map((service) => [
    service.service,
    service.verdict.replace('_', ' '),
    service.url ?? '',
    wordsAfter(service),
  ])
  return `${status.workspace} ${status.environment}  ${head}\n${serving}${table(rows, { indent: 2 })}`
}

/** The verdict stands in its own column; its words often begin with it. */
function wordsAfter({ verdict, words }: EnvironmentStatus['services'][number]): string {
  const rest = words.startsWith(verdict) ? words.slice(verdict.length).replace(/^[\s;]+/, '') : words
  return rest.split('\n')[0] ?? ''
}

// `kyozo whoami`: whom the token stands for, and what it may be used for.
import { Command } from 'commander'
import { printable, printDocument } from './print.ts'
import { type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server/server.ts'

export interface ShownViewer {
  readonly name: string
  readonly role: string
  /** The team's name. */
  readonly team: string
  readonly teamId: string
  readonly scopes: readonly string[]
  /** The id of the token that it came with. */
  readonly token: string | null
}

export function whoamiCommand(): Command {
  return withServer(
    new Command('whoami').description('whom the token stands for, and what it may be used for').option('--json', 'print one JSON document'),
  ).action(async (options: ServerOptions & { readonly json?: boolean }) => {
    const server = await openServer(options)
    const viewer = await readViewer(server)
    if (options.json) printDocument({ schemaVersion: 1, server: server.url, ...viewer })
    else process.stdout.write(`${printable(viewerWords(viewer))}, at ${server.url}\n`)
  })
}

export async function readViewer(server: Server): Promise<ShownViewer> {
  const { meta } = await server.get('/api/v1/instance')
  const { team, ...viewer } = meta!.viewer as Omit<ShownViewer, 'team' | 'teamId'> & { readonly team: string }
  const { attributes } = (await server.get(`/api/v1/teams/${team}?fields[teams]=name`)).data as JsonApiResource
  return { ...viewer, team: String(attributes.name), teamId: team }
}

/** `ada, owner of team default (read, deploy)`. */
export function viewerWords({ name, role, team, scopes }: ShownViewer): string {
  return `${name}, ${role} of team ${team} (${scopes.join(', ')})`
}

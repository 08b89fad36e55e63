// `kyozo services`: what every service does and how it is, two things apart.
import { Command } from 'commander'
import { coloured, printable, printDocument, table } from './print.ts'
import { filtered, findEnvironment, findWorkspace, placeOf } from './server/places.ts'
import { openServer, type Server, type ServerOptions, withServer } from './server/server.ts'

export function servicesCommand(): Command {
  return withServer(
    new Command('services')
      .description('what every service does, and how it is')
      .argument('[workspace/environment]', 'default is all of them')
      .option('--json', 'print one JSON document'),
  ).action(async (name: string | undefined, options: ServerOptions & { readonly json?: boolean }) => {
    const server = await openServer(options)
    const { resources, included } = await server.list(
      `/api/v1/service_instances?include=workspace,environment&page[size]=200${await narrowing(server, name)}`,
    )
    if (options.json) return printDocument({ schemaVersion: 1, services: resources })
    const rows = resources
      .map((service) => ({ label: placeOf(service, included).label, ...service.attributes }) as Readonly<Record<string, unknown>>)
      .sort((a, b) => (String(a.label) < String(b.label) ? -1 : 1))
      .map((service) => [service.label, service.status, service.health_status, service.url ?? '', service.status_reason ?? ''])
    process.stdout.write(coloured(table([header, ...rows.map((row) => row.map((cell) => printable(String(cell))))])))
  })
}

const header = ['service', 'status', 'health', 'address', 'why']

/** The filter for a workspace or one of its environments; without an environment all of them. */
export async function narrowing(server: Server, name: string | undefined): Promise<string> {
  if (name === undefined) return ''
  if (!name.includes('/')) return filtered('workspace', (await findWorkspace(server, name)).id)
  return filtered('environment', (await findEnvironment(server, name)).environment.id)
}

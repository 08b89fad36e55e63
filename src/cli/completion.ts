// `kyozo completion bash|zsh|fish`: a script for the shell, made from the commands as they are. Names of workspaces, environments and services are asked
// of the server while somebody types, by the hidden command `__complete`.
import { Argument, Command } from 'commander'
import { bashScript, fishScript, zshScript } from './completion/scripts.ts'
import { completionKind, type Shape, shapesOf } from './completion/shape.ts'
import { nameOf, placeOf } from './server/places.ts'
import { openServer, type Server, type ServerOptions, withServer } from './server/server.ts'

const scripts: Readonly<Record<string, (shapes: readonly Shape[]) => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript }

export function completionCommand(): Command {
  const command: Command = new Command('completion')
    .description('print what completes commands and names in a shell; as in: source <(kyozo completion bash)')
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .action((shell: string) => void process.stdout.write(scripts[shell]!(shapesOf(command.parent!))))
  return command
}

/** Whoever types waits for it. */
const completeMs = 1_500

/** Prints nothing when anything fails: a shell would show it in the middle of a line. */
export function completeCommand(): Command {
  return withServer(new Command('__complete').argument('<kind>')).action(async (kind: string, options: ServerOptions) => {
    const server = await openServer({ ...options, requestMs: completeMs }).catch(() => undefined)
    const names = server === undefined ? [] : await namesOf(server, completionKind(kind)).catch(() => [])
    // Only what no shell takes for anything but a name.
    process.stdout.write(
      names
        .filter((name) => /^[\w./-]+$/.test(name))
        .map((name) => `${name}\n`)
        .join(''),
    )
  })
}

async function namesOf(server: Server, kind: ReturnType<typeof completionKind>): Promise<readonly string[]> {
  switch (kind) {
    case 'workspaces':
      return workspaces(server)
    case 'environments':
      return [...(await workspaces(server)), ...(await environments(server))]
    case 'services':
      return services(server)
    case 'targets':
      return (await Promise.all([workspaces(server), environments(server), services(server)])).flat()
    case undefined:
      return []
  }
}

async function workspaces(server: Server): Promise<string[]> {
  const { resources } = await server.list('/api/v1/workspaces?fields[workspaces]=name&page[size]=200', 200)
  return resources.map(nameOf)
}

async function environments(server: Server): Promise<string[]> {
  const path = '/api/v1/environments?include=workspace&fields[workspaces]=name&fields[environments]=name,workspace&page[size]=200'
  const { resources, included } = await server.list(path, 200)
  return resources.map((environment) => {
    const workspace = included.get(`workspaces ${environment.relationships?.workspace?.data?.id}`)
    return `${workspace?.attributes.name}/${nameOf(environment)}`
  })
}

async function services(server: Server): Promise<string[]> {
  const fields = 'fields[workspaces]=name&fields[environments]=name&fields[service_instances]=name,workspace,environment'
  const { resources, included } = await server.list(`/api/v1/service_instances?include=workspace,environment&${fields}&page[size]=200`, 200)
  return resources.map((service) => placeOf(service, included).label)
}

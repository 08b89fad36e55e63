import { Command } from 'commander'
import { openServer, type ServerOptions, withServer } from './server.ts'

export function logsCommand(): Command {
  return withServer(
    new Command('logs').description('what a release and its builds printed').argument('<release>', 'a release’s id'),
  ).action(async (release: string, options: ServerOptions) => {
    const server = await openServer(options)
    for (const line of await server.list(`/api/v1/releases/${encodeURIComponent(release)}/logs`)) {
      const service = line.attributes.service
      process.stdout.write(`${typeof service === 'string' ? `${service} | ` : ''}${String(line.attributes.text)}\n`)
    }
  })
}

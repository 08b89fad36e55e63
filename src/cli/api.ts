import { Command } from 'commander'
import { openServer, type ServerOptions, withServer } from './server.ts'

export function apiCommand(): Command {
  return withServer(
    new Command('api')
      .description('send a request to the API and print the answer')
      .argument('<method>')
      .argument('<path>', 'such as /api/v1/releases')
      .option('--data <json>', 'the request’s body'),
  ).action(async (method: string, path: string, options: ServerOptions & { readonly data?: string }) => {
    const server = await openServer(options)
    const answer = await server.request(method.toUpperCase(), path, options.data)
    process.stdout.write(`${answer.text}\n`)
    if (answer.status >= 400) process.exitCode = answer.status === 401 ? 4 : answer.status === 404 ? 5 : 1
  })
}

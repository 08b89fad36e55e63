// `kyozo api METHOD PATH`: any request, with the saved address and token. The answer is the data, whatever its status; the exit code tells.
import { Command } from 'commander'
import { readInput } from './ask.ts'
import { exitCodeOfStatus } from './exit-codes.ts'
import { openServer, type ServerOptions, withServer } from './server/server.ts'

export function apiCommand(): Command {
  return withServer(
    new Command('api')
      .description('send a request to the API and print the answer')
      .argument('<method>', 'such as get')
      .argument('<path>', 'such as /api/v1/releases')
      .option('--data <json>', 'the request’s body; - reads it from standard input'),
  ).action(async (method: string, path: string, options: ServerOptions & { readonly data?: string }) => {
    const server = await openServer(options)
    const text = options.data === '-' ? await readInput() : options.data
    const answer = await server.request({ method: method.toUpperCase(), path: path.startsWith('/') ? path : `/${path}`, text })
    if (answer.text !== '') process.stdout.write(`${indented(answer.text)}\n`)
    process.exitCode = exitCodeOfStatus(answer.status)
  })
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    // A page or a plain text.
    return text.trimEnd()
  }
}

// `kyozo api METHOD PATH`: any request, with the saved address and token. The answer is the data, whatever its status; the exit code tells.
import { Command } from 'commander'
import { openServer, type ServerOptions, withServer } from './server.ts'

export function apiCommand(): Command {
  return withServer(
    new Command('api')
      .description('send a request to the API and print the answer')
      .argument('<method>', 'such as get')
      .argument('<path>', 'such as /api/v1/releases')
      .option('--data <json>', 'the request’s body'),
  ).action(async (method: string, path: string, options: ServerOptions & { readonly data?: string }) => {
    const server = await openServer(options)
    const answer = await server.request(method.toUpperCase(), path.startsWith('/') ? path : `/${path}`, options.data)
    process.stdout.write(`${indented(answer.text)}\n`)
    if (answer.status >= 400) process.exitCode = exitCodeOf(answer.status)
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

function exitCodeOf(status: number): number {
  const codes: Record<number, number> = { 401: 4, 403: 6, 404: 5 }
  return codes[status] ?? 1
}

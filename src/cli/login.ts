import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import { KyozoError } from '../errors.ts'
import { openServer, type ServerOptions, saveLogin, withServer } from './server.ts'

export function loginCommand(): Command {
  return withServer(new Command('login').description('keep the address and token of a kyozo for later commands')).action(
    async (options: ServerOptions) => {
      const token = options.token ?? (await askToken())
      const server = await openServer({ ...options, token })
      await server.get('/api/v1/workspaces?page[size]=1')
      process.stderr.write(`Logged in to ${server.url}; kept in ${await saveLogin({ server: server.url, token })}\n`)
    },
  )
}

async function askToken(): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const token = (await lines.question('API token: ')).trim()
  lines.close()
  if (token === '') throw new KyozoError('unauthorized', 'no token was given')
  return token
}

import { Command } from 'commander'
import { readConfig } from '../config.ts'

export function serveCommand(): Command {
  return new Command('serve').description('serve pushes, webhooks, services and the API until told to stop').action(async () => {
    // Loaded only here: the other commands need no server, and start in half the time without it.
    const { serve } = await import('../serve/serve.ts')
    await serve(readConfig(process.env))
  })
}

import { Command } from 'commander'
import { readConfig } from '../config.ts'
import { serve } from '../serve.ts'

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve pushes, webhooks, services and the API until told to stop')
    .action(() => serve(readConfig(process.env)))
}

// `kyozo dead-letters`: what kyozo gave up although no commit is at fault, and `kyozo dead-letters retry` to try it again.
import { Command } from 'commander'
import { readLimit } from './limit.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import { openServer, type ServerOptions, withServer } from './server/server.ts'

interface RetryOptions extends ServerOptions {
  readonly json?: boolean
}

interface ListOptions extends RetryOptions {
  readonly limit: number
}

export function deadLettersCommand(): Command {
  const command = new Command('dead-letters').description('what kyozo gave up although no commit is at fault, and trying it again')
  const listing = new Command('list')
    .description('what was given up (the default)')
    .option('--limit <count>', 'how many, at most 200', readLimit, 50)
    .option('--json', 'print one JSON document')
  command.addCommand(withServer(listing).action(list), { isDefault: true })
  const retrying = new Command('retry')
    .description('try one of them again')
    .argument('<id>', 'as the list has it')
    .option('--json', 'print one JSON document')
  command.addCommand(withServer(retrying).action(retry))
  return command
}

const header = ['given up', 'what', 'about', 'tries', 'id', 'why']

async function list(options: ListOptions): Promise<void> {
  const server = await openServer(options)
  const { resources } = await server.list(`/api/v1/dead_letters?sort=-last_failed_at&page[size]=${options.limit}`, options.limit)
  if (options.json) return printDocument({ schemaVersion: 1, dead_letters: resources })
  if (resources.length === 0) {
    process.stdout.write('Nothing was given up.\n')
    return
  }
  const rows = resources.map(({ id, attributes: { kind, subject, reason, tries, last_failed_at: at } }) =>
    [String(at).slice(0, 16).replace('T', ' '), kind, subject, tries, id, String(reason).split('\n')[0]].map(String),
  )
  process.stdout.write(coloured(table([header, ...rows.map((row) => row.map(printable))])))
}

async function retry(id: string, options: RetryOptions): Promise<void> {
  const server = await openServer(options)
  await server.send({ method: 'POST', path: `/api/v1/dead_letters/${encodeURIComponent(id)}/retry`, to: `try ${id} again` })
  if (options.json) printDocument({ schemaVersion: 1, retried: id })
  else process.stdout.write('It is tried again.\n')
}

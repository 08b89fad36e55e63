// `kyozo processes`: the processes that share a database, and `kyozo processes forget` for one that never comes back.
import { Command } from 'commander'
import { readConfig } from '../config.ts'
import { KyozoError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { coloured, printable, printDocument, table } from './print.ts'

interface Flags {
  readonly json?: boolean
}

export function processesCommand(): Command {
  return new Command('processes')
    .description('the processes that share DATABASE_URL, and forgetting one that never comes back (on a machine of kyozo)')
    .addCommand(
      new Command('list')
        .description('who runs, and whose repositories lie with it (the default)')
        .option('--json', 'print one JSON document')
        .action(list),
      { isDefault: true },
    )
    .addCommand(
      new Command('forget')
        .description('give up a process and the repositories that only it had: the next push of each makes a new one')
        .argument('<id>', 'as the list has it')
        .option('--json', 'print one JSON document')
        .action(forget),
    )
}

const header = ['process', 'role', 'version', 'state', 'seen', 'repositories', 'id']

async function list({ json }: Flags): Promise<void> {
  const { listHomes } = await import('../store/processes.ts')
  const found = await withDatabase((db) => listHomes(db))
  if (json) {
    const processes = found.map(({ id, name, role, version, state, seenAt, workspaces }) => ({
      id,
      name,
      role,
      version,
      state,
      seenAt,
      workspaces,
    }))
    return printDocument({ schemaVersion: 1, processes })
  }
  const rows = found.map(({ id, name, role, version, state, seenAt, workspaces }) =>
    [name, role, version, state, seenAt.toISOString().slice(0, 19).replace('T', ' '), workspaces.join(', '), id].map(printable),
  )
  process.stdout.write(coloured(table([header, ...rows])))
}

async function forget(id: string, { json }: Flags): Promise<void> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw new KyozoError('invalid', `${id} is no id of a process`, { hint: '`kyozo processes` lists them' })
  const { forgetProcess } = await import('../store/processes.ts')
  const workspaces = await withDatabase((db) => forgetProcess(db, id))
  if (json) return printDocument({ schemaVersion: 1, forgotten: id, workspaces })
  process.stdout.write('It is forgotten.\n')
  if (workspaces.length > 0) process.stdout.write(`Push these again, each branch: ${printable(workspaces.join(', '))}\n`)
}

async function withDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const { databaseUrl } = readConfig(process.env)
  if (databaseUrl === undefined)
    throw new KyozoError('config_invalid', 'DATABASE_URL is not set: with the embedded database there is one process only')
  const { openDatabase } = await import('../store/database.ts')
  const { db, close } = await openDatabase(databaseUrl, 'kyozo processes')
  try {
    return await work(db)
  } finally {
    await close()
  }
}

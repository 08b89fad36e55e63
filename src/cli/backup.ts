// `kyozo backup FILE`: everything that cannot be made again, in one file.
import { readFile, stat } from 'node:fs/promises'
import { Command } from 'commander'
import { readConfig } from '../config.ts'
import { KyozoError } from '../errors.ts'
import { version } from './version.ts'

interface BackupFlags {
  readonly recipient: readonly string[]
  readonly passphraseFile?: string
}

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy everything that kyozo keeps into one file, while it runs or while it does not (on its own machine)')
    .argument('<file>', 'the file to make, or - for standard output')
    .option('--recipient <age1…>', 'encrypt to this age recipient (may be given several times)', collect, [])
    .option('--passphrase-file <file>', 'encrypt under the passphrase in this file')
    .action(async (file: string, flags: BackupFlags) => {
      const passphrase = flags.passphraseFile === undefined ? undefined : await passphraseOf(flags.passphraseFile)
      if (passphrase !== undefined && flags.recipient.length > 0)
        throw new KyozoError('invalid', 'a backup is encrypted to recipients or under a passphrase, not both', { hint: 'give one of them' })
      const isSealed = passphrase !== undefined || flags.recipient.length > 0
      const options = { version, ...(isSealed ? { encryption: { recipients: flags.recipient, passphrase } } : {}) }
      const { backUp } = await import('../backup/backup.ts')
      const { backUpToFile } = await import('../backup/backup-file.ts')
      const config = readConfig(process.env)
      const made = await (file === '-' ? backUp(config, process.stdout, options) : backUpToFile(config, file, options))
      const { size } = file === '-' ? { size: undefined } : await stat(file)
      for (const line of words(made, { file, size, isSealed })) process.stderr.write(`${line}\n`)
      // What calls it by the clock must notice.
      if (made.absent.length > 0) process.exitCode = 1
    })
}

type BackedUp = import('../backup/backup.ts').BackedUp

function words(
  { instance, tables, repositories, deleted, absent, volumes }: BackedUp,
  { file, size, isSealed }: { readonly file: string; readonly size: number | undefined; readonly isSealed: boolean },
): readonly string[] {
  const where = file === '-' ? '' : `${file}, ${((size ?? 0) / 1024 ** 2).toFixed(1)} MiB: `
  const secret = isSealed
    ? 'It is encrypted; without what opens it, it is lost.'
    : 'It holds the secret key and every secret: keep it as safe as the machine itself, or encrypt it (--recipient, --passphrase-file).'
  return [
    `${where}kyozo ${instance} with ${tables} tables, its secret keys and ${counted(repositories, 'repository', 'repositories')}.`,
    secret,
    ...(deleted.length === 0 ? [] : [`Not in it, because they were deleted meanwhile: the repositories of ${deleted.join(', ')}.`]),
    ...(absent.length === 0 ? [] : absentWords(absent)),
    volumes.length === 0
      ? 'Volumes of services would not be in it; there are none.'
      : `Not in it: the data of services, in ${counted(volumes.length, 'volume', 'volumes')} of the engine (${volumes.join(', ')}).`,
  ]
}

function absentWords(names: readonly string[]): readonly string[] {
  return [
    `NOT IN IT, because they are not in this data directory: the repositories of ${names.join(', ')}.`,
    '  Run it with the data directory of the process that they were pushed to (KYOZO_DATA_DIR), or keep a copy of its folder mirrors/ too.',
  ]
}

/** The first line: editors end files with one. */
export async function passphraseOf(file: string): Promise<string> {
  const [line = ''] = (await readGiven(file)).split('\n')
  if (line.trim() === '') throw new KyozoError('invalid', `the first line of ${file} is empty, and should be a passphrase`)
  return line.replace(/\r$/, '')
}

export async function readGiven(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new KyozoError('not_found', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  })
}

export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

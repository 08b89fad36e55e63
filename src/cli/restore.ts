// `kyozo restore FILE`: a backup into an empty data directory and an empty database.
import { createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Command } from 'commander'
import { type Config, readConfig } from '../config.ts'
import { KyozoError } from '../errors.ts'
import { collect, passphraseOf, readGiven } from './backup.ts'

interface RestoreFlags {
  readonly identity: readonly string[]
  readonly passphraseFile?: string
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description('put a backup into an empty data directory and an empty database (on its own machine, while kyozo does not run)')
    .argument('<file>', 'a file that kyozo backup made, or - for standard input')
    .option('--identity <file>', 'a file with age identities that open it (may be given several times)', collect, [])
    .option('--passphrase-file <file>', 'the passphrase that opens it is in this file')
    .action(async (file: string, flags: RestoreFlags) => {
      const config = readConfig(process.env)
      const decryption = {
        identities: (await Promise.all(flags.identity.map(identitiesOf))).flat(),
        passphrase: flags.passphraseFile === undefined ? undefined : await passphraseOf(flags.passphraseFile),
      }
      const { restore } = await import('../backup/restore.ts')
      const restored = await withFile(config, file, (given) => restore(config, given, decryption))
      process.stderr.write(
        [
          `The kyozo ${restored.instance} as it was at ${restored.createdAt} (version ${restored.version}) is in ${config.dataDir}.`,
          'Start it: services that are not running are built and started again. Volumes of services were not in the backup: put them back first.',
          'Two kyozos of one id must never run: stop the old one for good.',
          '',
        ].join('\n'),
      )
    })
}

async function identitiesOf(file: string): Promise<readonly string[]> {
  const lines = (await readGiven(file)).split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '' && !line.startsWith('#'))
}

/** A stream is read twice, so it is kept for as long as it takes. */
async function withFile<T>(config: Config, file: string, work: (file: string) => Promise<T>): Promise<T> {
  if (file !== '-') {
    if (!(await stat(file).catch(() => undefined))?.isFile())
      throw new KyozoError('not_found', `${file} is no file that can be read`, { hint: 'give a file that kyozo backup made' })
    return work(file)
  }
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const kept = path.join(config.dataDir, 'restore-input')
  try {
    await rm(kept, { force: true })
    await pipeline(process.stdin, createWriteStream(kept, { flags: 'wx', mode: 0o600 }))
    return await work(kept)
  } finally {
    await rm(kept, { force: true })
  }
}

// A backup a day into a folder that the operator names, of which the newest are kept. Each process backs up what it has: the database, and the
// repositories in its own data directory.
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { backUpToFile } from '../backup/backup-file.ts'
import { backupName, readBackupFolder } from '../backup/kept-backups.ts'
import type { Kyozo } from '../pipeline/kyozo.ts'
import { startSchedule } from '../queue/schedule.ts'

type Parts = Pick<Kyozo, 'config' | 'processId' | 'log'>

/** Looks at once, and then every few minutes: one that failed is tried again. */
export function startBackups({ config, processId, log }: Parts, version: string): { stop(): Promise<void> } {
  const { backups } = config
  if (backups === undefined) return { stop: async () => undefined }
  const { folder, recipients } = backups
  const stopping = new AbortController()
  let under: Promise<void> = Promise.resolve()
  const look = async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { isDue, older, partial } = readBackupFolder(await readdir(folder), processId, new Date())
    if (!isDue || stopping.signal.aborted) return
    for (const name of partial) await rm(path.join(folder, name), { force: true })
    const file = path.join(folder, backupName(processId, new Date()))
    const encryption = recipients.length === 0 ? {} : { encryption: { recipients } }
    const made = await backUpToFile(config, file, { version, signal: stopping.signal, ...encryption })
    log.info({ file, repositories: made.repositories }, 'everything was backed up')
    if (made.absent.length > 0)
      log.error({ file, workspaces: made.absent }, 'a backup lacks repositories that are not in this data directory')
    // Only now: a backup that cannot be made must not use up those that were.
    for (const name of older) await rm(path.join(folder, name), { force: true })
  }
  const run = () => {
    under = look().catch((error: unknown) => {
      if (!stopping.signal.aborted) log.error({ error, folder }, 'the daily backup failed, and is tried again in ten minutes')
    })
    return under
  }
  void run()
  const schedule = startSchedule([{ name: 'back up', expression: '25 */10 * * * *', run }], log)
  return {
    async stop() {
      stopping.abort()
      await schedule.stop()
      await under
    },
  }
}

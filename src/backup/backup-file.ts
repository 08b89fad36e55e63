// A backup as a file: under its name only once it is whole, and readable by its owner alone.
import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { KyozoError } from '../errors.ts'
import { type BackedUp, type BackupOptions, backUp } from './backup.ts'

export const partialEnd = '.partial'

export interface BackupFileOptions extends BackupOptions {
  /** Ends it unfinished. Default is never. */
  readonly signal?: AbortSignal
}

/** Throws `conflict` when the file is there already. What broke off leaves nothing. */
export async function backUpToFile(config: Config, file: string, { signal, ...options }: BackupFileOptions): Promise<BackedUp> {
  if (await stat(file).catch(() => undefined))
    throw new KyozoError('conflict', `${file} is there already`, { hint: 'name another file, or remove this one first' })
  const partial = `${file}${partialEnd}`
  await rm(partial, { force: true })
  try {
    const target = createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true, ...(signal === undefined ? {} : { signal }) })
    const made = await backUp(config, target, options)
    await rename(partial, file)
    return made
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

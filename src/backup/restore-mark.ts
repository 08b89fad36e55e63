// The mark of a data directory that a restore has begun to fill: kyozo does not start with it, and the next restore begins anew.
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { KyozoError } from '../errors.ts'

const name = 'restore-unfinished.json'

export interface RestoreMark {
  /** Of the kyozo whose backup it is. */
  readonly instance: string
}

export async function readMark(folder: string): Promise<RestoreMark | undefined> {
  const text = await readFile(path.join(folder, name), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as RestoreMark
  } catch {
    // It broke off while the mark itself was written.
    return { instance: '' }
  }
}

export async function writeMark(folder: string, { instance }: RestoreMark): Promise<void> {
  await writeFile(path.join(folder, name), `${JSON.stringify({ instance })}\n`, { mode: 0o600, flush: true })
}

export async function removeMark(folder: string): Promise<void> {
  await rm(path.join(folder, name), { force: true })
}

/** Throws `config_invalid` for a data directory that holds half a backup. */
export async function assertRestored(folder: string): Promise<void> {
  if ((await readMark(folder)) === undefined) return
  throw new KyozoError('config_invalid', `${folder} holds a restore that did not come to its end`, {
    hint: 'run kyozo restore again with the same backup',
  })
}

// A file for what must be taken as fast as it is given, and is given on slowly. It has no name from the start: whatever becomes of kyozo, nothing of it stays.
import { mkdir, open, unlink } from 'node:fs/promises'
import path from 'node:path'
import { newId } from '../../ids.ts'

export interface Spool {
  write(bytes: Buffer): Promise<void>
  /** All that was written. */
  read(): AsyncIterable<Buffer>
  close(): Promise<void>
}

/** Fails as the file system does. */
export async function openSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, newId())
  const handle = await open(file, 'wx+', 0o600)
  await unlink(file)
  return {
    write: async (bytes) => void (await handle.writeFile(bytes)),
    read: () => handle.createReadStream({ start: 0, autoClose: false }),
    close: () => handle.close(),
  }
}

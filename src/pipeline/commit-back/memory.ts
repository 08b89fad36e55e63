// What compose.kyozo.yaml of a commit is compared with, wherever it is to run.
import { TextDecoder } from 'node:util'
import type { ObjectReader, TreeListing } from '../../git/objects.ts'
import type { CommittedMemory } from '../../stack/committed/base.ts'
import { committedFile, committedLimitBytes, keyOf } from '../../stack/committed/file.ts'
import { composeMemory } from '../../store/compose-files.ts'
import type { Database } from '../../store/database.ts'

export interface ComparedFile {
  readonly workspaceId: string
  /** That of the branch that it is on, or is to be merged into; null when that has none. */
  readonly environmentId: string | null
  readonly reader: ObjectReader
  readonly listing: TreeListing
}

export async function memoryOfFile(db: Database, { workspaceId, environmentId, reader, listing }: ComparedFile): Promise<CommittedMemory> {
  const text = await composeText(reader, listing)
  return composeMemory(db, { workspaceId, environmentId, key: text === null ? null : keyOf(text) })
}

/** Null when it is not there, or is nothing that can be read. */
export async function composeText(reader: ObjectReader, { entries }: TreeListing): Promise<string | null> {
  const entry = entries.get(committedFile)
  if (entry === undefined || (entry.mode !== '100644' && entry.mode !== '100755')) return null
  const bytes = (await reader.readBlobs([entry.oid], committedLimitBytes)).get(entry.oid)
  return bytes == null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

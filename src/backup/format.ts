// What a backup file is: a gzipped tar of small parts, first what it is, last a list of all parts with their checksums. Only names of these forms are
// in it, and none of them is ever a path.
import { z } from 'zod'

/** Raised when an older kyozo could not read what a newer one writes. */
export const formatVersion = 1
/** Parts are held in memory one at a time. */
export const partBytes = 4 * 1024 ** 2
/** The list of parts of a very large backup. */
export const largestPartBytes = 64 * 1024 ** 2

export const headName = 'kyozo-backup.json'
export const keysName = 'keys'
export const manifestName = 'manifest.json'

export type PartName =
  | { readonly kind: 'head' | 'keys' | 'manifest' }
  | { readonly kind: 'rows'; readonly table: string; readonly part: number }
  | { readonly kind: 'refs'; readonly workspaceId: string }
  | { readonly kind: 'pack'; readonly workspaceId: string; readonly part: number }

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const rowsName = /^database\/([a-z][a-z0-9_]{0,62})\/(\d{6})$/
const refsName = new RegExp(`^mirrors/(${uuid})/refs\\.json$`)
const packName = new RegExp(`^mirrors/(${uuid})/pack-(\\d{6})$`)

/** Undefined for a name that no backup has. */
export function readPartName(name: string): PartName | undefined {
  if (name === headName) return { kind: 'head' }
  if (name === keysName) return { kind: 'keys' }
  if (name === manifestName) return { kind: 'manifest' }
  const rows = rowsName.exec(name)
  if (rows) return { kind: 'rows', table: rows[1]!, part: Number(rows[2]) }
  const refs = refsName.exec(name)
  if (refs) return { kind: 'refs', workspaceId: refs[1]! }
  const pack = packName.exec(name)
  return pack ? { kind: 'pack', workspaceId: pack[1]!, part: Number(pack[2]) } : undefined
}

export function rowsPrefix(table: string): string {
  return `database/${table}/`
}

export function packPrefix(workspaceId: string): string {
  return `mirrors/${workspaceId}/pack-`
}

export function refsNameOf(workspaceId: string): string {
  return `mirrors/${workspaceId}/refs.json`
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What can be read of every version's. */
export const formatSchema = z.object({ format: z.number().int().positive() })

export const headSchema = formatSchema.extend({
  kyozo: z.string().max(100),
  createdAt: z.iso.datetime(),
  instance: z.string().regex(new RegExp(`^${uuid}$`)),
  migrations: z.array(z.string().max(200)).max(10_000),
  tables: z.array(z.object({ name: z.string().max(63), columns: z.array(z.string().max(63)).max(1_600) })).max(1_000),
})

export const refsSchema = z.object({
  head: z.string().max(4_096),
  refs: z.array(z.tuple([z.string().max(4_096), z.string().regex(/^[0-9a-f]{40,64}$/)])),
})

export const manifestSchema = z.object({
  parts: z.array(z.object({ name: z.string().max(300), size: z.number().int().nonnegative(), sha256 })),
  sequences: z.record(z.string().max(63), z.string().regex(/^\d{1,19}$/)),
})

export type BackupHead = z.infer<typeof headSchema>
export type Manifest = z.infer<typeof manifestSchema>

// Cursors: where a page ends, as the values that its order looks at. Opaque to clients, and checked like anything that a client sends.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { ReadRow } from '../../store/reading.ts'
import type { OrderTerm } from './sorting.ts'

const shapes: Readonly<Record<OrderTerm['kind'], z.ZodType<string>>> = {
  text: z
    .string()
    .max(4_000)
    .refine((text) => !text.includes('\0') && text.isWellFormed()),
  number: z.string().regex(/^-?\d{1,18}(\.\d{1,20})?(e[+-]?\d{1,2})?$/),
  boolean: z.enum(['true', 'false']),
  time: z.iso.datetime(),
  uuid: z.uuid(),
}

export function cursorOf(row: ReadRow): string {
  const values: unknown[] = []
  for (let at = 0; `cursor${at}` in row; at += 1) values.push(row[`cursor${at}`])
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** Throws `bad_request` for what is no cursor of a listing in this order. */
export function readCursor(cursor: string, order: readonly OrderTerm[], asked: { readonly after?: string | undefined }): readonly string[] {
  const values = parsed(cursor)
  if (values?.length === order.length && order.every(({ kind }, at) => shapes[kind].safeParse(values[at]).success))
    return values as string[]
  const parameter = asked.after === undefined ? 'page[before]' : 'page[after]'
  const message = 'what is given as the cursor is none of this listing in this order; take it from an answer'
  throw new KyozoError('bad_request', message, { problems: [{ source: { parameter }, message }] })
}

function parsed(cursor: string): readonly unknown[] | undefined {
  if (cursor.length > 8_000) return undefined
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(values) ? values : undefined
  } catch {
    return undefined
  }
}

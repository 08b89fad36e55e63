// Lists come in pages; the address of the next one is in a header.
import type { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { Reader, ReadRequest } from './reader.ts'
import { accessHint } from './tokens.ts'

/** The whole address of the next page; undefined on the last one. */
export function nextPage(link: string | null): string | undefined {
  return /<([^<>]{1,2000})>;\s*rel="next"/.exec(link ?? '')?.[1]
}

/** More of one kind than anybody has, and as much as is worth reading at once. */
const itemsRead = 1_000

/**
 * Everything on all pages, a thousand at most. Throws as `Reader.get` does, and `forge_refused` too where GitHub has no such list: taking it for an
 * empty one would end what runs for everything that was on it.
 */
export async function readList<Schema extends z.ZodType>(
  reader: Reader,
  { schema, ...request }: ReadRequest<z.ZodArray<Schema>>,
): Promise<readonly z.infer<Schema>[]> {
  const found: z.infer<Schema>[] = []
  let path: string | undefined = request.path
  while (path !== undefined && found.length < itemsRead) {
    const { value, next }: { value: z.infer<Schema>[] | undefined; next: string | undefined } = await reader.get({
      ...request,
      schema,
      path,
    })
    if (value === undefined) throw unreadable(request)
    found.push(...value)
    path = next
  }
  return found.slice(0, itemsRead)
}

function unreadable({ purpose, as }: Pick<ReadRequest<z.ZodType>, 'purpose' | 'as'>): KyozoError {
  const hint = as === 'app' ? {} : { hint: accessHint(as) }
  return new KyozoError('forge_refused', `could not ${purpose}: GitHub has no such list, or one that is longer than kyozo reads`, hint)
}

// Who kyozo is on Gitea, so that it changes what it wrote itself and nothing that somebody else made look like it.
import { z } from 'zod'
import { type Reader, read } from './reader.ts'

const schema = z.object({ id: z.int() })

/**
 * The id of the token's user, asked for once. Undefined when the token lacks the scope `read:user`: then kyozo recognises nothing as its own. Throws as
 * `read` does.
 */
export function createOwnUserId({
  reader,
  now,
}: {
  readonly reader: Reader
  readonly now: () => number
}): () => Promise<number | undefined> {
  let known: number | undefined
  return async () => {
    if (known !== undefined) return known
    const answer = await reader.ask({ method: 'GET', path: '/user' })
    if (answer.status === 403) return undefined
    known = read(schema, answer, { purpose: 'ask whose token kyozo has', nowMs: now() }).id
    return known
  }
}

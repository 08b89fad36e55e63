// Who kyozo is at GitLab. A marker in a comment is for everybody to see, so only comments of kyozo's own are kyozo's.
// https://docs.gitlab.com/api/users/#retrieve-the-current-user
import { z } from 'zod'
import { type Context, type Heard, hear } from './exchange.ts'

const schema = z.object({ id: z.int().positive() })

/** Asked once: the user of a token stays the same. */
export function createSelf(context: Omit<Context, 'self'>): () => Promise<Heard<string>> {
  let known: string | undefined
  return async () => {
    if (known !== undefined) return { kind: 'heard', value: known }
    const repository = { fullName: "the token's own user" }
    const user = await hear(context, { method: 'GET', path: '/user', schema, repository })
    if (user.kind !== 'heard') return user
    known = String(user.value.id)
    return { kind: 'heard', value: known }
  }
}

// Tokens for programs.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import { type TokenScope, tokenScopes } from '../../store/tables/access.ts'
import type { Creation, Removal } from '../resources/resource.ts'

export const createApiToken: Creation = {
  right: 'api_tokens.create',
  description: 'Makes a token that acts for who asks, as far as its scopes reach. The answer is the one place where it can be read.',
  attributes: {
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(tokenScopes)).min(1).max(tokenScopes.length),
    expires_at: z.iso
      .datetime({ offset: true })
      .nullable()
      .optional()
      .describe('Null is for good. Default is that, or the end of the token that makes it, which no token made with it outlives.'),
  },
  once: { token: z.string() },
  // Everybody makes their own.
  subject: () => ({}),
  async run({ access, ipAddress }, { viewer, attributes }) {
    const asked = attributes as { name: string; scopes: TokenScope[]; expires_at?: string | null }
    const expiresAt = typeof asked.expires_at === 'string' ? new Date(asked.expires_at) : asked.expires_at
    if (expiresAt != null && expiresAt.getTime() <= Date.now()) throw expired(asked.expires_at!)
    const token = { name: asked.name, scopes: [...new Set(asked.scopes)], ...(expiresAt === undefined ? {} : { expiresAt }) }
    const made = await access.createToken(viewer, token, { ipAddress })
    return { kind: 'row', id: made.id, once: { token: made.value } }
  },
}

export const revokeApiToken: Removal = {
  right: 'api_tokens.delete',
  description: 'Revokes a token; it is refused from now on. One’s own, or anybody’s for owners and admins.',
  async run({ access, ipAddress }, { viewer, row }) {
    await access.revokeToken(viewer, String(row.id), { ipAddress })
    return { kind: 'done' }
  },
}

function expired(value: string): KyozoError {
  const message = `expires_at is ${JSON.stringify(value)}, and must be a time to come`
  return new KyozoError('invalid', message, { problems: [{ source: { pointer: '/data/attributes/expires_at' }, message }] })
}

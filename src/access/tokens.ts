// API tokens of people and programs.
import { KyozoError } from '../errors.ts'
import { recordAudit } from '../store/audit.ts'
import type { Executor } from '../store/database.ts'
import { deleteToken, describeToken, holdTokenEnd } from '../store/tokens.ts'
import type { Viewer } from '../store/viewer.ts'
import type { Access } from './access.ts'
import type { AccessContext } from './better-auth.ts'
import { translated } from './translate.ts'

export function tokenAccess({ db, within }: AccessContext): Pick<Access, 'createToken' | 'revokeToken'> {
  return {
    async createToken(viewer, token, origin) {
      const missing = token.scopes.filter((scope) => !viewer.scopes.includes(scope))
      if (missing.length > 0)
        throw new KyozoError('forbidden', `a token made with this one cannot have the scope ${missing.join(', ')}: this one has it not`)
      return db.transaction().execute(async (trx) => {
        const expiresAt = await endOf(trx, viewer, token.expiresAt)
        const made = await translated(() => within(trx).api.createApiKey({ body: { userId: viewer.userId, name: token.name } }))
        await describeToken(trx, made.id, { teamId: viewer.teamId, scopes: token.scopes, expiresAt })
        await recordAudit(trx, viewer, {
          action: 'api_tokens.create',
          subjectType: 'api_tokens',
          subjectId: made.id,
          subjectName: token.name,
          details: { scopes: token.scopes, expires_at: expiresAt },
          ...origin,
        })
        return { id: made.id, value: made.key }
      })
    },

    revokeToken(viewer, id, origin) {
      return db.transaction().execute(async (trx) => {
        const gone = await deleteToken(trx, viewer, id)
        if (gone === undefined) throw new KyozoError('not_found', 'there is no resource of type api_tokens with this id')
        await recordAudit(trx, viewer, {
          action: 'api_tokens.delete',
          subjectType: 'api_tokens',
          subjectId: id,
          subjectName: gone.name,
          ...origin,
        })
      })
    },
  }
}

async function endOf(trx: Executor, { via }: Viewer, asked: Date | null | undefined): Promise<Date | null> {
  if (via.kind === 'session') return asked ?? null
  const latest = await holdTokenEnd(trx, via.id)
  if (latest === undefined) throw new KyozoError('unauthorized', 'the token of this request was revoked')
  if (latest === null || asked === undefined) return asked ?? latest
  if (asked !== null && asked <= latest) return asked
  throw new KyozoError('forbidden', `a token made with this one cannot last longer: this one ends at ${latest.toISOString()}`)
}

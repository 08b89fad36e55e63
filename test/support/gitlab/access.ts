// Who may do what: users, and tokens of theirs with scopes, a role and an end.
import { randomBytes } from 'node:crypto'
import type { Project, User } from './state.ts'

export type Scope = 'api' | 'read_api' | 'read_user' | 'read_repository' | 'write_repository'

export interface Grant {
  readonly scopes: readonly Scope[]
  readonly user: User
  /** The role of its user in these projects: 20 is Reporter, 30 Developer, 40 Maintainer. */
  readonly accessLevel: number
  /** `null` for every project. */
  readonly projectIds: readonly number[] | null
  readonly expiresAtMs: number
}

export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'refused'; readonly error: string; readonly words: string }
  | { readonly kind: 'token'; readonly token: string; readonly grant: Grant }

export function createAccess(now: () => number) {
  const grants = new Map<string, Grant>()
  const revoked = new Set<string>()
  const users: User[] = []
  const createUser = (username: string): User => {
    const user: User = { id: 50 + users.length, username, state: 'active' }
    users.push(user)
    return user
  }
  const bot = createUser('kyozo-bot')
  return {
    createUser,
    userOf: (id: number) => users.find((user) => user.id === id),
    /** A token with the scope `api` of a Maintainer of every project, that does not expire. */
    createToken(grant: Partial<Grant> = {}): string {
      const token = `glpat-${randomBytes(15).toString('base64url')}`
      const usual = { scopes: ['api'] as const, user: bot, accessLevel: 40, projectIds: null, expiresAtMs: Number.POSITIVE_INFINITY }
      grants.set(token, { ...usual, ...grant })
      return token
    },
    revoke: (token: string) => void revoked.add(token),
    callerOf(authorization: string | undefined): Caller {
      if (authorization === undefined) return { kind: 'anonymous' }
      const token = credentialOf(authorization)
      const grant = grants.get(token)
      if (grant === undefined) return { kind: 'refused', error: 'invalid_token', words: '' }
      if (revoked.has(token))
        return { kind: 'refused', error: 'invalid_token', words: 'Token was revoked. You have to re-authorize from the user.' }
      if (grant.expiresAtMs <= now())
        return { kind: 'refused', error: 'invalid_token', words: 'Token is expired. You can either do re-authorization or token refresh.' }
      return { kind: 'token', token, grant }
    },
  }
}

export type Access = ReturnType<typeof createAccess>

/** The role of whoever calls; 0 for nobody in particular, who may still read what is public. */
export function roleIn(caller: Caller, project: Project): number {
  if (caller.kind !== 'token') return 0
  const { projectIds, accessLevel } = caller.grant
  return projectIds === null || projectIds.includes(project.id) ? accessLevel : 0
}

export function mayRead(caller: Caller, project: Project): boolean {
  return !project.isPrivate || roleIn(caller, project) >= 20
}

/** `Bearer x`, and the password of `Basic`, which is how Git sends one. */
function credentialOf(authorization: string): string {
  const [scheme = '', value = ''] = authorization.split(' ', 2)
  if (scheme.toLowerCase() !== 'basic') return value
  const text = Buffer.from(value, 'base64').toString()
  return text.slice(text.indexOf(':') + 1)
}

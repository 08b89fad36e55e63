// Who may do what: people, their tokens with scopes, and what they may do in which repository.
import { randomBytes } from 'node:crypto'
import type { AccessLevel, Repository, User } from './state.ts'

export type Area = 'repository' | 'issue' | 'user' | 'organization' | 'misc' | 'notification' | 'package' | 'activitypub' | 'admin'
export type Scope = `read:${Area}` | `write:${Area}` | 'all'

export interface Token {
  readonly user: User
  readonly scopes: readonly Scope[]
  /** Tokens that a person makes do not expire; those that an OAuth application was given do. */
  readonly expiresAtMs: number
}

export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'bad_credentials' }
  | { readonly kind: 'token'; readonly user: User; readonly scopes: readonly Scope[] }

export interface NewToken {
  /** Default is `kyozo`. */
  readonly user?: string
  /** Default is what docs/hosts/gitea.md asks for. */
  readonly scopes?: readonly Scope[]
  /** Default is never. */
  readonly expiresAtMs?: number
}

export const kyozoScopes: readonly Scope[] = ['write:repository', 'write:issue', 'read:user']

export function createAccess(now: () => number) {
  const users = new Map<string, User>()
  const tokens = new Map<string, Token>()
  const user = (login: string, isAdmin = false): User => {
    const known = users.get(login) ?? { id: 21 + users.size, login, isAdmin }
    users.set(login, known)
    return known
  }
  return {
    user,
    findUser: (login: string) => [...users.values()].find((known) => known.login.toLowerCase() === login.toLowerCase()),
    createToken({ user: login = 'kyozo', scopes = kyozoScopes, expiresAtMs = Number.POSITIVE_INFINITY }: NewToken = {}): string {
      const token = randomBytes(20).toString('hex')
      tokens.set(token, { user: user(login), scopes, expiresAtMs })
      return token
    },
    /** Makes a token worthless, as when somebody deletes it. */
    revoke: (token: string) => void tokens.delete(token),
    callerOf(authorization: string | undefined): Caller {
      if (authorization === undefined) return { kind: 'anonymous' }
      const token = tokens.get(credentialOf(authorization))
      if (token === undefined || token.expiresAtMs <= now()) return { kind: 'bad_credentials' }
      return { kind: 'token', user: token.user, scopes: token.scopes }
    },
  }
}

export type Access = ReturnType<typeof createAccess>

/** Who may write may read. */
export function hasScope(scopes: readonly Scope[], level: 'read' | 'write', area: Area): boolean {
  return scopes.includes('all') || scopes.includes(`write:${area}`) || (level === 'read' && scopes.includes(`read:${area}`))
}

const levels: readonly (AccessLevel | 'none' | 'owner')[] = ['none', 'read', 'write', 'admin', 'owner']

export function levelOf(repository: Repository, user: User | undefined): (typeof levels)[number] {
  if (user?.id === repository.owner.id) return 'owner'
  return (user === undefined ? undefined : repository.access.get(user.id)) ?? (repository.isPrivate ? 'none' : 'read')
}

export function mayDo(repository: Repository, user: User | undefined, wanted: AccessLevel): boolean {
  return levels.indexOf(levelOf(repository, user)) >= levels.indexOf(wanted) || user?.isAdmin === true
}

/** `token x` and `Bearer x`, and of `Basic` the password, which is how Git sends one; the user's name alone is taken for one too. */
function credentialOf(authorization: string): string {
  const [scheme = '', value = ''] = authorization.split(' ', 2)
  if (scheme.toLowerCase() !== 'basic') return value
  const [name = '', password = ''] = Buffer.from(value, 'base64').toString().split(':', 2)
  return password === '' || password === 'x-oauth-basic' ? name : password
}

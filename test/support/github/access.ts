// Who may do what: personal tokens, GitHub Apps with their signed claims, and the installation tokens that expire.
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import type { Accounts } from './accounts.ts'
import type { Account } from './state.ts'

export type Permission =
  | 'metadata'
  | 'contents'
  | 'statuses'
  | 'pull_requests'
  | 'issues'
  | 'checks'
  | 'deployments'
  | 'administration'
  | 'repository_hooks'
export type Permissions = Readonly<Partial<Record<Permission, 'read' | 'write'>>>

export interface Grant {
  readonly permissions: Permissions
  /** `null` for every repository. */
  readonly repositoryIds: readonly number[] | null
  readonly expiresAtMs: number
  /** Who does what is done with it. */
  readonly account: Account
}

export interface NewToken extends Partial<Omit<Grant, 'account'>> {
  /** Whose it is. Default is `kyozo-bot`. */
  readonly login?: string
}

export interface App {
  readonly appId: string
  readonly privateKey: string
  readonly installationId: number
  readonly slug: string
}

/** The one webhook of an app, as far as it is set up. */
export interface AppHook {
  url: string | undefined
  content_type: string
  secret: string | undefined
  insecure_ssl: '0' | '1'
}

export interface NewApp {
  /** Default is everything. */
  readonly permissions?: Permissions
  /** Default is what kyozo acts on. */
  readonly events?: readonly string[]
  readonly slug?: string
  readonly hook?: Partial<AppHook>
}

export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'bad_credentials'; readonly message: string }
  | { readonly kind: 'app'; readonly app: KnownApp }
  | { readonly kind: 'token'; readonly token: string; readonly grant: Grant }

export const everything: Permissions = {
  metadata: 'read',
  contents: 'write',
  statuses: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'write',
  deployments: 'write',
  administration: 'write',
  repository_hooks: 'write',
}

export type InstallationState = 'active' | 'suspended' | 'deleted'

const tokenLifeMs = 3_600_000
const longestClaimMs = 600_000

export function createAccess(now: () => number, accounts: Accounts) {
  const grants = new Map<string, Grant>()
  const apps: KnownApp[] = []
  const installations = new Map<string, InstallationState>()

  const addToken = (prefix: string, grant: Grant) => {
    const token = `${prefix}_${randomBytes(prefix === 'ghs' ? 250 : 18).toString('hex')}`
    grants.set(token, grant)
    return token
  }
  const makeApp = (app: NewApp): KnownApp => {
    const made = newApp(app, apps.length)
    apps.push(made)
    return made
  }

  return {
    /** A token that does not expire. */
    createToken: ({ login = 'kyozo-bot', ...grant }: NewToken = {}) =>
      addToken('ghp', {
        permissions: everything,
        repositoryIds: null,
        expiresAtMs: Number.POSITIVE_INFINITY,
        ...grant,
        account: accounts.named(login),
      }),
    createApp: (permissions: Permissions = everything, more: Omit<NewApp, 'permissions'> = {}): App => makeApp({ permissions, ...more }),
    makeApp,
    appWithId: (appId: string) => apps.find((app) => app.appId === appId),
    /** What an installation token may do, narrowed to what was asked for; a sentence when the app was not granted it. */
    mint(app: App, asked: { permissions?: Permissions; repositoryIds?: readonly number[] }) {
      const granted = apps.find(({ appId }) => appId === app.appId)?.permissions ?? {}
      const permissions = asked.permissions ?? granted
      const excess = Object.entries(permissions).some(([name, level]) => !allows(granted, name as Permission, level))
      if (excess) return 'The permissions requested are not granted to this installation.'
      const account = accounts.botOf(app)
      const grant: Grant = { permissions, repositoryIds: asked.repositoryIds ?? null, expiresAtMs: now() + tokenLifeMs, account }
      return { token: addToken('ghs', grant), grant }
    },
    /** Makes every token of this kind worthless, as when somebody revokes it. */
    revoke: (token: string) => void grants.delete(token),
    revokeInstallationTokens() {
      for (const token of [...grants.keys()].filter((token) => token.startsWith('ghs_'))) grants.delete(token)
    },
    /** Somebody suspended the app, took it off, or let it in again. Its tokens are worth nothing until then. */
    setInstallation(app: App, state: InstallationState) {
      installations.set(app.appId, state)
      if (state !== 'active') for (const token of [...grants.keys()].filter((one) => one.startsWith('ghs_'))) grants.delete(token)
    },
    installationOf: (app: App): InstallationState => installations.get(app.appId) ?? 'active',
    callerOf(authorization: string | undefined): Caller {
      if (authorization === undefined) return { kind: 'anonymous' }
      const credential = credentialOf(authorization)
      if (credential.split('.').length === 3) {
        const app = appOfClaim(apps, credential, now())
        return typeof app === 'string' ? { kind: 'bad_credentials', message: app } : { kind: 'app', app }
      }
      const grant = grants.get(credential)
      if (grant === undefined || grant.expiresAtMs <= now()) return { kind: 'bad_credentials', message: 'Bad credentials' }
      return { kind: 'token', token: credential, grant }
    },
  }
}

function newApp(wanted: NewApp, count: number): KnownApp {
  const { permissions = everything, events = ['push', 'pull_request', 'issue_comment'], slug, hook } = wanted
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const [appId, installationId] = [String(1_000 + count), 9_000 + count]
  const fullHook: AppHook = { url: undefined, content_type: 'json', secret: undefined, insecure_ssl: '0', ...hook }
  return { appId, privateKey, installationId, slug: slug ?? `kyozo-${appId}`, publicKey, permissions, events, hook: fullHook }
}

export interface KnownApp extends App {
  readonly publicKey: string
  readonly permissions: Permissions
  readonly events: readonly string[]
  readonly hook: AppHook
}

/** The app that signed a claim, or what GitHub has against the claim. */
function appOfClaim(apps: readonly KnownApp[], claim: string, nowMs: number): KnownApp | string {
  const [head = '', body = '', signature = ''] = claim.split('.')
  const { iss, iat, exp } = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, number | string>
  const app = apps.find(({ appId }) => appId === String(iss))
  if (app === undefined) return 'Integration not found'
  const isSigned = verify('sha256', Buffer.from(`${head}.${body}`), createPublicKey(app.publicKey), Buffer.from(signature, 'base64url'))
  if (!isSigned) return 'A JSON web token could not be decoded'
  if (Number(iat) * 1000 > nowMs) return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
  if (Number(exp) * 1000 <= nowMs || Number(exp) * 1000 > nowMs + longestClaimMs)
    return "'Expiration time' claim ('exp') is too far in the future"
  return app
}

export type Access = ReturnType<typeof createAccess>

/** Who may do anything in a repository may know that it is there. */
export function allows(permissions: Permissions, name: Permission, level: 'read' | 'write'): boolean {
  if (name === 'metadata') return Object.keys(permissions).length > 0
  const granted = permissions[name]
  return granted === 'write' || granted === level
}

export function mayUse(grant: Grant, repositoryId: number): boolean {
  return grant.repositoryIds === null || grant.repositoryIds.includes(repositoryId)
}

/** `Bearer x` and `token x`, and the password of `Basic`, which is how Git sends one. */
function credentialOf(authorization: string): string {
  const [scheme = '', value = ''] = authorization.split(' ', 2)
  if (scheme.toLowerCase() !== 'basic') return value
  const text = Buffer.from(value, 'base64').toString()
  return text.slice(text.indexOf(':') + 1)
}

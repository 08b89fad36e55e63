// What kyozo shows GitHub to be let in: the operator's token as it is, or a token that a GitHub App is given for an hour, for one repository
// and for one purpose.
import { createSign } from 'node:crypto'
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { ClientOptions } from '../client.ts'
import type { ForgeConnection, ForgeCredential } from '../forge.ts'
import { limitOutcome } from './answers.ts'
import { type ApiAnswer, askGitHub, githubWords } from './api.ts'

export interface TokenNeed {
  readonly repository: { readonly id: string; readonly fullName: string }
  /** What the token is for; an app's token can do nothing else. */
  readonly permissions: Readonly<
    Partial<
      Record<'metadata' | 'contents' | 'statuses' | 'repository_hooks' | 'pull_requests' | 'checks' | 'deployments', 'read' | 'write'>
    >
  >
}

export function accessHint(need: TokenNeed): string {
  return `the connection's credential has to be let into ${need.repository.fullName}, with the permission to ${permissionWords(need)}`
}

/** `write pull requests` */
function permissionWords({ permissions }: Pick<TokenNeed, 'permissions'>): string {
  return Object.entries(permissions)
    .map(([name, level]) => `${level} ${name.replaceAll('_', ' ')}`)
    .join(' and ')
}

export interface Tokens {
  /** `undefined` when the connection has no credential. Throws `forge_unavailable` or `forge_refused` when an app is not given one. */
  tokenFor(need: TokenNeed): Promise<string | undefined>
  /** Whether another token can be had in place of one that GitHub did not accept; that one is not given out again. */
  renew(need: TokenNeed): boolean
}

type AppCredential = ForgeCredential & { readonly kind: 'app' }

/** GitHub's tokens last an hour; one that is about to end is not worth starting something with. */
const tokenUseMs = 50 * 60_000

/** GitHub refuses a claim that lasts longer than ten minutes, and one from the future when clocks differ. */
const claimLifeSeconds = 9 * 60
const clockSkewSeconds = 60

export function createTokens(connection: ForgeConnection, options: Required<ClientOptions>): Tokens {
  const { credential } = connection
  switch (credential.kind) {
    case 'none':
      return { tokenFor: async () => undefined, renew: () => false }
    case 'token':
      return { tokenFor: async () => credential.token, renew: () => false }
    case 'app':
      return createAppTokens(connection, credential, options)
  }
}

interface Kept {
  /** Shared by all who ask while it is being fetched. */
  readonly token: Promise<string>
  readonly usableUntilMs: number
}

function createAppTokens(connection: ForgeConnection, credential: AppCredential, { now, deadlineMs }: Required<ClientOptions>): Tokens {
  const kept = new Map<string, Kept>()
  const keyOf = ({ repository, permissions }: TokenNeed) => JSON.stringify([repository.id, Object.entries(permissions).sort()])
  return {
    tokenFor(need) {
      for (const [key, { usableUntilMs }] of kept) if (usableUntilMs <= now()) kept.delete(key)
      const key = keyOf(need)
      const known = kept.get(key)
      if (known !== undefined) return known.token
      const token = mintToken({ connection, credential, now, need, deadlineMs })
      const entry = { token, usableUntilMs: now() + tokenUseMs }
      kept.set(key, entry)
      // A failure is not kept: the next who asks tries again.
      token.catch(() => kept.get(key) === entry && kept.delete(key))
      return token
    },
    renew(need) {
      kept.delete(keyOf(need))
      return true
    },
  }
}

/** The signed claim by which an app says who it is (a JSON Web Token, RS256). */
export function appClaim(credential: AppCredential, nowMs: number): string {
  const nowSeconds = Math.floor(nowMs / 1000)
  const claim = { iat: nowSeconds - clockSkewSeconds, exp: nowSeconds + claimLifeSeconds, iss: credential.appId }
  const text = [{ alg: 'RS256', typ: 'JWT' }, claim].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${createSign('RSA-SHA256').update(text).sign(credential.privateKey, 'base64url')}`
}

interface Mint {
  readonly connection: ForgeConnection
  readonly credential: AppCredential
  readonly now: () => number
  readonly need: TokenNeed
  readonly deadlineMs: number
}

const installationSchema = z.object({ id: z.int().positive() })
const tokenSchema = z.object({ token: z.string().min(1).max(4_096) })

async function mintToken({ connection, credential, now, need, deadlineMs }: Mint): Promise<string> {
  const { apiUrl } = connection
  const { fullName } = need.repository
  const find = (repository: string, nowMs: number) => {
    const authorization = `Bearer ${appClaim(credential, nowMs)}`
    const url = `${apiUrl}/${repository}/installation`
    return askGitHub({ method: 'GET', url, authorization, deadlineMs }).then((answer) => ({ answer, authorization }))
  }
  const named = `repos/${fullName}`
  let { answer: found, authorization } = await find(named, now())
  // A claim of a clock that is wrong is not believed: the host's own clock is the one that counts.
  const hostMs = Date.parse(found.headers.get('date') ?? '')
  const isOff = found.status === 401 && Math.abs(hostMs - now()) > clockSkewSeconds * 1000
  if (isOff) ({ answer: found, authorization } = await find(named, hostMs))
  // A repository that was renamed or moved is still the same one, and its old name may be another's by now.
  const isElsewhere = found.status === 404 || (found.status >= 300 && found.status < 400)
  if (isElsewhere) ({ answer: found, authorization } = await find(`repositories/${need.repository.id}`, isOff ? hostMs : now()))
  const installation = read(installationSchema, found, { purpose: `find kyozo's app on ${fullName}`, nowMs: now() })
  const minted = await askGitHub({
    method: 'POST',
    deadlineMs,
    url: `${apiUrl}/app/installations/${installation.id}/access_tokens`,
    authorization,
    body: { repository_ids: [Number(need.repository.id)], permissions: need.permissions },
  })
  const purpose = `get a token of kyozo's app for ${fullName} that may ${permissionWords(need)}`
  return read(tokenSchema, minted, { purpose, nowMs: now() }).token
}

function read<Schema extends z.ZodType>(schema: Schema, answer: ApiAnswer, { purpose, nowMs }: Reading): z.infer<Schema> {
  const result = schema.safeParse(answer.body)
  if (answer.status < 300 && result.success) return result.data
  const words = `could not ${purpose}: GitHub answered ${answer.status} (${githubWords(answer.body)})`
  const limit = answer.status === 403 || answer.status === 429 ? limitOutcome(answer, { nowMs }) : undefined
  if (limit !== undefined) {
    const waitMs = limit.untilMs === undefined ? unnamedWaitMs : limit.untilMs - nowMs
    throw new KyozoError('forge_unavailable', words, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) })
  }
  if (answer.status >= 500 || answer.status < 300) throw new KyozoError('forge_unavailable', words)
  throw new KyozoError('forge_refused', words, {
    hint: "check that the app is installed on the repository with these permissions and not suspended, and that its id and key are the app's own",
  })
}

interface Reading {
  readonly purpose: string
  readonly nowMs: number
}

/** A host that asks to be left alone and does not say for how long. */
const unnamedWaitMs = 60_000

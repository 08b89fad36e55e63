// How often something may be tried. Logins are counted in PostgreSQL, where every process sees them; the rest in memory, where counting costs nothing.
import { createHash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { KyozoError } from '../errors.ts'
import { recordLockOut } from '../store/audit.ts'
import type { Database } from '../store/database.ts'
import { rateLimitTable, statementRunner } from '../store/rate-limits.ts'

/** Throws `overloaded`, with how long to wait, when the limit is reached. */
export interface Limits {
  /** Counts a try to sign in before it is made, for the account and for the address, and takes it back when it was right. */
  login<T>(attempt: { readonly account: string; readonly address: string }, signIn: () => Promise<T>): Promise<T>
  /** Typing a terminal's code, or asking for one. */
  code(by: string): Promise<void>
  api(viewer: string): Promise<void>
  /** Requests that nobody could be found for, by address. */
  stranger(address: string): Promise<void>
  webhook(sender: string): Promise<void>
}

export interface LimitOptions {
  readonly db: Database
  /** In a minute, for each viewer. */
  readonly apiRate: number
  /** In a minute, for each connection and address. */
  readonly webhookRate: number
}

const loginTries = 10
const loginSeconds = 300
const tooManyLogins = 'too many tries to sign in'
const codeTries = 30
const minuteSeconds = 60

export function createLimits({ db, apiRate, webhookRate }: LimitOptions): Limits {
  const stored = { storeClient: statementRunner(db), storeType: 'client', tableName: rateLimitTable, tableCreated: true }
  const login = { ...stored, points: loginTries, duration: loginSeconds, clearExpiredByTimeout: true }
  const byAccount = new RateLimiterPostgres({ ...login, keyPrefix: 'login account' })
  const byAddress = new RateLimiterPostgres({ ...login, keyPrefix: 'login address' })
  const code = new RateLimiterMemory({ points: codeTries, duration: loginSeconds })
  const api = new RateLimiterMemory({ points: apiRate, duration: minuteSeconds })
  const stranger = new RateLimiterMemory({ points: apiRate, duration: minuteSeconds })
  const webhook = new RateLimiterMemory({ points: webhookRate, duration: minuteSeconds })
  return {
    async login({ account, address }, signIn) {
      const name = account.trim().toLowerCase()
      const [place, person] = [network(address), createHash('sha256').update(name).digest('base64url')]
      // The address comes first: one that may try no more cannot lock further people out.
      await counted(byAddress, place, tooManyLogins)
      const tries = await counted(byAccount, person, tooManyLogins)
      const result = await signIn().catch(async (error: unknown) => {
        if (tries === loginTries) await recordLockOut(db, { email: name, ipAddress: address })
        throw error
      })
      await Promise.all([byAddress.reward(place), byAccount.reward(person)])
      return result
    },
    code: async (by) => void (await counted(code, by, 'too many codes')),
    api: async (viewer) => void (await counted(api, viewer, `more than ${apiRate} requests in a minute`)),
    stranger: async (address) => void (await counted(stranger, network(address), 'too many requests without a valid token')),
    webhook: async (sender) => void (await counted(webhook, sender, `more than ${webhookRate} deliveries in a minute`)),
  }
}

type Limiter = Pick<RateLimiterMemory, 'consume'>

/** Returns which try it is. */
async function counted(limiter: Limiter, key: string, what: string): Promise<number> {
  try {
    return (await limiter.consume(key)).consumedPoints
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000))
    throw new KyozoError('overloaded', what, { hint: `try again in ${seconds} s`, retryAfterSeconds: seconds })
  }
}

/** Whoever has one address of IPv6 has the 2^64 beside it as well. */
function network(address: string): string {
  return address.includes(':') && !address.includes('.') ? expanded(address).slice(0, 4).join(':') : address.replace(/^::ffff:/, '')
}

function expanded(address: string): string[] {
  const [before = '', after] = address.split('::')
  const head = before === '' ? [] : before.split(':')
  if (after === undefined) return head
  const tail = after === '' ? [] : after.split(':')
  return [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0'), ...tail]
}

// What the operator decides, from the environment. Everything wrong is named at once.
import { hostname, totalmem } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { type ForgeConfig, type GithubSignIn, githubSignInVariables, readForges, readGithubSignIn } from './config-forges.ts'
import { ageRecipients, hostName, networkPool, origins, port, portRange, proxies, secret, url } from './config-values.ts'
import { type Floor, floor } from './disk.ts'
import { KyozoError } from './errors.ts'

const schema = z.object({
  KYOZO_HOST: z.string().default('127.0.0.1'),
  KYOZO_PORT: port.default(4400),
  KYOZO_DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  KYOZO_BASE_URL: url.optional(),
  KYOZO_BASE_DOMAIN: hostName.default('localhost'),
  KYOZO_ADMIN_TOKEN: secret.optional(),
  KYOZO_SECRET_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
    .optional(),
  KYOZO_OLD_SECRET_KEYS: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((key) => key !== ''))
    .refine((keys) => keys.every((key) => /^[0-9a-f]{64}$/i.test(key)), 'must be keys of 64 hexadecimal digits, separated by commas')
    .optional(),
  KYOZO_ALLOW_PRIVATE_FORGES: z.enum(['true', 'false', '1', '0'], { error: 'must be true or false' }).optional(),
  ...githubSignInVariables,
  KYOZO_CORS_ORIGINS: origins.optional(),
  KYOZO_TRUSTED_PROXIES: proxies.optional(),
  KYOZO_API_RATE: z.coerce.number().int().min(1).default(12_000),
  KYOZO_WEBHOOK_RATE: z.coerce.number().int().min(1).default(6_000),
  KYOZO_PROCESS_URL: url.optional(),
  KYOZO_LEDGER_CHECK_SECONDS: z.coerce.number().min(1).max(86_400).default(300),
  KYOZO_ROLE: z.enum(['web', 'worker', 'all']).default('all'),
  KYOZO_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  KYOZO_CONCURRENT_BUILDS: z.coerce.number().int().min(1).max(64).default(2),
  KYOZO_BUILD_MEMORY_MB: z.coerce.number().int().min(256).default(4_096),
  KYOZO_BUILD_MINUTES: z.coerce.number().min(1).max(240).default(15),
  KYOZO_FORK_BUILD_NETWORK: z.enum(['default', 'none']).default('default'),
  KYOZO_DISK_SOFT: floor.default({ percent: 5 }),
  KYOZO_DISK_HARD: floor.default({ bytes: 1024 ** 3 }),
  KYOZO_CACHE_GB: z.coerce.number().min(0).default(20),
  KYOZO_BACKUP_DIR: z.string().min(1).optional(),
  KYOZO_BACKUP_RECIPIENTS: ageRecipients.default([]),
  KYOZO_PREVIEW_MEMORY_MB: z.coerce.number().int().min(64).optional(),
  KYOZO_KEPT_RELEASES: z.coerce.number().int().min(1).max(100).default(10),
  KYOZO_HEALTH_SECONDS: z.coerce.number().min(1).max(3_600).default(60),
  KYOZO_STOP_SECONDS: z.coerce.number().min(5).max(3_600).default(25),
  KYOZO_PORT_RANGE: portRange.default({ from: 20_000, to: 29_999 }),
  KYOZO_PORT_ADDRESS: z.union([z.ipv4(), z.ipv6()], { error: 'must be an address of this machine such as 127.0.0.1' }).default('127.0.0.1'),
  KYOZO_NETWORK_POOL: networkPool.optional(),
  DOCKER_HOST: z.string().optional(),
})

export interface Config {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl?: string
  readonly baseUrl: string
  readonly baseDomain: string
  readonly adminToken?: string
  readonly secretKey?: string
  readonly oldSecretKeys: readonly string[]
  /** Whether a team may connect a Git host on this machine's own networks. */
  readonly allowsPrivateForges: boolean
  readonly forges: readonly ForgeConfig[]
  readonly githubSignIn?: GithubSignIn
  /** Web pages of these origins may call the API; no others. */
  readonly corsOrigins: readonly string[]
  /** Addresses whose word about the client's address is taken. */
  readonly trustedProxies: readonly string[]
  /** Requests of one viewer in a minute. */
  readonly apiRate: number
  /** Deliveries from one address to one connection in a minute. */
  readonly webhookRate: number
  /** Where other processes of kyozo reach this one. */
  readonly processUrl: string
  /** Between two comparisons of the ledger with the Git hosts. */
  readonly ledgerCheckMs: number
  readonly role: 'web' | 'worker' | 'all'
  readonly logLevel: string
  readonly concurrentBuilds: number
  readonly buildMemoryBytes: number
  readonly buildDeadlineMs: number
  /** Whether what somebody has approved of a fork is built without a network. */
  readonly forkBuildsAreOffline: boolean
  readonly healthDeadlineMs: number
  /** From being told to stop to having ended. */
  readonly stopMs: number
  /** Free room below which what nobody needs goes at once, and below which nothing is built. */
  readonly diskSoft: Floor
  readonly diskHard: Floor
  /** Of cache mounts of kyozo's own builds. */
  readonly cacheLimitBytes: number
  /** Where a backup is made each day, and to whom it is encrypted. */
  readonly backups?: { readonly folder: string; readonly recipients: readonly string[] }
  /** Of each environment, beside the live one: releases that can be gone back to. */
  readonly keptReleases: number
  /** What the services of all previews together may use. */
  readonly previewMemoryBytes: number
  /** Ports of the machine that services may be given. */
  readonly portRange: { readonly from: number; readonly to: number }
  /** The address that those are published on. */
  readonly portAddress: string
  /** The range that networks of stacks are cut from. Default is the engine adapter's. */
  readonly networkPool?: string
  readonly dockerHost?: string
}

/** Throws `config_invalid` naming every variable that is wrong. An empty variable counts as unset. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))
  const read = schema.safeParse(set)
  if (!read.success) {
    const problems = read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
    throw new KyozoError('config_invalid', `the environment is not right: ${problems.join('; ')}`, {
      hint: 'correct the variables named; docs/operating.md lists all of them',
    })
  }
  const e = read.data
  const forges = readForges(set)
  const githubSignIn = readGithubSignIn(e)
  return {
    host: e.KYOZO_HOST,
    port: e.KYOZO_PORT,
    dataDir: path.resolve(e.KYOZO_DATA_DIR),
    baseUrl: e.KYOZO_BASE_URL ?? `http://${hostInUrl(e.KYOZO_HOST)}:${e.KYOZO_PORT}`,
    // What stands before all processes leads to any of them: each is reached by its own name.
    processUrl: e.KYOZO_PROCESS_URL ?? `http://${everywhere.has(e.KYOZO_HOST) ? hostname() : hostInUrl(e.KYOZO_HOST)}:${e.KYOZO_PORT}`,
    baseDomain: e.KYOZO_BASE_DOMAIN.toLowerCase(),
    corsOrigins: e.KYOZO_CORS_ORIGINS ?? [],
    trustedProxies: e.KYOZO_TRUSTED_PROXIES ?? [],
    apiRate: e.KYOZO_API_RATE,
    webhookRate: e.KYOZO_WEBHOOK_RATE,
    ledgerCheckMs: e.KYOZO_LEDGER_CHECK_SECONDS * 1_000,
    role: e.KYOZO_ROLE,
    oldSecretKeys: e.KYOZO_OLD_SECRET_KEYS ?? [],
    allowsPrivateForges: e.KYOZO_ALLOW_PRIVATE_FORGES === 'true' || e.KYOZO_ALLOW_PRIVATE_FORGES === '1',
    logLevel: e.KYOZO_LOG_LEVEL,
    concurrentBuilds: e.KYOZO_CONCURRENT_BUILDS,
    buildMemoryBytes: e.KYOZO_BUILD_MEMORY_MB * 1024 ** 2,
    buildDeadlineMs: e.KYOZO_BUILD_MINUTES * 60_000,
    forkBuildsAreOffline: e.KYOZO_FORK_BUILD_NETWORK === 'none',
    healthDeadlineMs: e.KYOZO_HEALTH_SECONDS * 1_000,
    stopMs: e.KYOZO_STOP_SECONDS * 1_000,
    keptReleases: e.KYOZO_KEPT_RELEASES,
    previewMemoryBytes: e.KYOZO_PREVIEW_MEMORY_MB === undefined ? Math.floor(totalmem() / 2) : e.KYOZO_PREVIEW_MEMORY_MB * 1024 ** 2,
    diskSoft: e.KYOZO_DISK_SOFT,
    diskHard: e.KYOZO_DISK_HARD,
    cacheLimitBytes: e.KYOZO_CACHE_GB * 1024 ** 3,
    portRange: e.KYOZO_PORT_RANGE,
    portAddress: e.KYOZO_PORT_ADDRESS,
    ...(e.KYOZO_BACKUP_DIR === undefined
      ? {}
      : { backups: { folder: path.resolve(e.KYOZO_BACKUP_DIR), recipients: e.KYOZO_BACKUP_RECIPIENTS } }),
    ...(e.DATABASE_URL === undefined ? {} : { databaseUrl: e.DATABASE_URL }),
    ...(e.KYOZO_ADMIN_TOKEN === undefined ? {} : { adminToken: e.KYOZO_ADMIN_TOKEN }),
    ...(e.KYOZO_SECRET_KEY === undefined ? {} : { secretKey: e.KYOZO_SECRET_KEY }),
    ...(e.KYOZO_NETWORK_POOL === undefined ? {} : { networkPool: e.KYOZO_NETWORK_POOL }),
    ...(e.DOCKER_HOST === undefined ? {} : { dockerHost: e.DOCKER_HOST }),
    forges,
    ...(githubSignIn === undefined ? {} : { githubSignIn }),
  }
}

const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

/** Listening on every address is no address to go to, and one of IPv6 stands in brackets. */
function hostInUrl(host: string): string {
  if (everywhere.has(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

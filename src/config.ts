// What the operator decides, from the environment. Everything wrong is named at once.
import { isIP } from 'node:net'
import path from 'node:path'
import { z } from 'zod'
import { KyozoError } from './errors.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const hostName = z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, 'must be a host name')
const portRange = z
  .string()
  .regex(/^\d{4,5}-\d{4,5}$/, 'must be a range such as 20000-29999')
  .transform((text) => {
    const [from = 0, to = 0] = text.split('-').map(Number)
    return { from, to }
  })
  .refine(({ from, to }) => from >= 1_024 && to <= 65_535 && from <= to, 'must lie between 1024 and 65535, the lower number first')
/** A shorter one can be guessed. */
const secret = z.string().min(16, 'must be at least 16 characters')

/** Comma-separated. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)
const origins = list.refine((all) => all.every(isOrigin), 'must be origins such as https://dashboard.example.com, separated by commas')

const proxies = list.refine(
  (all) => all.every(isNetwork),
  'must be addresses or networks such as 10.0.0.0/8, or loopback, separated by commas',
)

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0) return text === 'loopback' || text === 'linklocal' || text === 'uniquelocal'
  return rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text)
}

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
  KYOZO_GITHUB_API_URL: url.default('https://api.github.com'),
  KYOZO_GITHUB_TOKEN: z.string().min(1).optional(),
  KYOZO_GITHUB_WEBHOOK_SECRET: z.string().min(1).optional(),
  KYOZO_GITHUB_APP_ID: z.string().regex(/^\d+$/, 'must be a number').optional(),
  KYOZO_GITHUB_PRIVATE_KEY: z.string().optional(),
  KYOZO_GITHUB_OAUTH_CLIENT_ID: z.string().min(1).optional(),
  KYOZO_GITHUB_OAUTH_CLIENT_SECRET: z.string().min(1).optional(),
  KYOZO_CORS_ORIGINS: origins.optional(),
  KYOZO_TRUSTED_PROXIES: proxies.optional(),
  KYOZO_API_RATE: z.coerce.number().int().min(1).default(12_000),
  KYOZO_WEBHOOK_RATE: z.coerce.number().int().min(1).default(6_000),
  KYOZO_ROLE: z.enum(['web', 'worker', 'all']).default('all'),
  KYOZO_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  KYOZO_CONCURRENT_BUILDS: z.coerce.number().int().min(1).max(64).default(2),
  KYOZO_BUILD_MEMORY_MB: z.coerce.number().int().min(256).default(4_096),
  KYOZO_BUILD_MINUTES: z.coerce.number().min(1).max(240).default(15),
  KYOZO_HEALTH_SECONDS: z.coerce.number().min(1).max(3_600).default(60),
  KYOZO_PORT_RANGE: portRange.default({ from: 20_000, to: 29_999 }),
  KYOZO_PORT_ADDRESS: z.union([z.ipv4(), z.ipv6()], { error: 'must be an address of this machine such as 127.0.0.1' }).default('127.0.0.1'),
  DOCKER_HOST: z.string().optional(),
})

export interface GithubConfig {
  readonly apiUrl: string
  readonly webUrl: string
  readonly webhookSecret: string
  readonly token?: string
  readonly app?: { readonly id: string; readonly privateKey: string }
}

/** An OAuth app at GitHub, for people who sign in with their account there. */
export interface GithubSignIn {
  readonly clientId: string
  readonly clientSecret: string
  readonly apiUrl: string
  readonly webUrl: string
}

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
  readonly github?: GithubConfig
  readonly githubSignIn?: GithubSignIn
  /** Web pages of these origins may call the API; no others. */
  readonly corsOrigins: readonly string[]
  /** Addresses whose word about the client's address is taken. */
  readonly trustedProxies: readonly string[]
  /** Requests of one viewer in a minute. */
  readonly apiRate: number
  /** Deliveries from one address to one connection in a minute. */
  readonly webhookRate: number
  readonly role: 'web' | 'worker' | 'all'
  readonly logLevel: string
  readonly concurrentBuilds: number
  readonly buildMemoryBytes: number
  readonly buildDeadlineMs: number
  readonly healthDeadlineMs: number
  /** Ports of the machine that services may be given. */
  readonly portRange: { readonly from: number; readonly to: number }
  /** The address that those are published on. */
  readonly portAddress: string
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
  const github = readGithub(e)
  const githubSignIn = readGithubSignIn(e)
  return {
    host: e.KYOZO_HOST,
    port: e.KYOZO_PORT,
    dataDir: path.resolve(e.KYOZO_DATA_DIR),
    baseUrl: e.KYOZO_BASE_URL ?? `http://${hostInUrl(e.KYOZO_HOST)}:${e.KYOZO_PORT}`,
    baseDomain: e.KYOZO_BASE_DOMAIN.toLowerCase(),
    corsOrigins: e.KYOZO_CORS_ORIGINS ?? [],
    trustedProxies: e.KYOZO_TRUSTED_PROXIES ?? [],
    apiRate: e.KYOZO_API_RATE,
    webhookRate: e.KYOZO_WEBHOOK_RATE,
    role: e.KYOZO_ROLE,
    oldSecretKeys: e.KYOZO_OLD_SECRET_KEYS ?? [],
    allowsPrivateForges: e.KYOZO_ALLOW_PRIVATE_FORGES === 'true' || e.KYOZO_ALLOW_PRIVATE_FORGES === '1',
    logLevel: e.KYOZO_LOG_LEVEL,
    concurrentBuilds: e.KYOZO_CONCURRENT_BUILDS,
    buildMemoryBytes: e.KYOZO_BUILD_MEMORY_MB * 1024 ** 2,
    buildDeadlineMs: e.KYOZO_BUILD_MINUTES * 60_000,
    healthDeadlineMs: e.KYOZO_HEALTH_SECONDS * 1_000,
    portRange: e.KYOZO_PORT_RANGE,
    portAddress: e.KYOZO_PORT_ADDRESS,
    ...(e.DATABASE_URL === undefined ? {} : { databaseUrl: e.DATABASE_URL }),
    ...(e.KYOZO_ADMIN_TOKEN === undefined ? {} : { adminToken: e.KYOZO_ADMIN_TOKEN }),
    ...(e.KYOZO_SECRET_KEY === undefined ? {} : { secretKey: e.KYOZO_SECRET_KEY }),
    ...(e.DOCKER_HOST === undefined ? {} : { dockerHost: e.DOCKER_HOST }),
    ...(github === undefined ? {} : { github }),
    ...(githubSignIn === undefined ? {} : { githubSignIn }),
  }
}

/** Listening on every address is no address to go to, and one of IPv6 stands in brackets. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function readGithub(e: z.infer<typeof schema>): GithubConfig | undefined {
  if (e.KYOZO_GITHUB_WEBHOOK_SECRET === undefined) {
    if (e.KYOZO_GITHUB_TOKEN === undefined && e.KYOZO_GITHUB_APP_ID === undefined) return undefined
    throw new KyozoError('config_invalid', 'KYOZO_GITHUB_TOKEN or KYOZO_GITHUB_APP_ID is set without KYOZO_GITHUB_WEBHOOK_SECRET', {
      hint: 'set the secret that the webhook signs with; deliveries without one are never accepted',
    })
  }
  if ((e.KYOZO_GITHUB_APP_ID === undefined) !== (e.KYOZO_GITHUB_PRIVATE_KEY === undefined)) {
    throw new KyozoError('config_invalid', 'a GitHub App needs both KYOZO_GITHUB_APP_ID and KYOZO_GITHUB_PRIVATE_KEY')
  }
  return {
    apiUrl: e.KYOZO_GITHUB_API_URL,
    webUrl: webUrlOf(e.KYOZO_GITHUB_API_URL),
    webhookSecret: e.KYOZO_GITHUB_WEBHOOK_SECRET,
    ...(e.KYOZO_GITHUB_TOKEN === undefined ? {} : { token: e.KYOZO_GITHUB_TOKEN }),
    ...(e.KYOZO_GITHUB_APP_ID === undefined ? {} : { app: { id: e.KYOZO_GITHUB_APP_ID, privateKey: e.KYOZO_GITHUB_PRIVATE_KEY! } }),
  }
}

function readGithubSignIn(e: z.infer<typeof schema>): GithubSignIn | undefined {
  const { KYOZO_GITHUB_OAUTH_CLIENT_ID: clientId, KYOZO_GITHUB_OAUTH_CLIENT_SECRET: clientSecret, KYOZO_GITHUB_API_URL: apiUrl } = e
  if (clientId === undefined && clientSecret === undefined) return undefined
  if (clientId === undefined || clientSecret === undefined) {
    throw new KyozoError(
      'config_invalid',
      'signing in with GitHub needs both KYOZO_GITHUB_OAUTH_CLIENT_ID and KYOZO_GITHUB_OAUTH_CLIENT_SECRET',
    )
  }
  return { clientId, clientSecret, apiUrl, webUrl: webUrlOf(apiUrl) }
}

/** `https://api.github.com` → `https://github.com`; an Enterprise server's API lives below its own web address. */
function webUrlOf(apiUrl: string): string {
  return apiUrl.replace(/^(https?:\/\/)api\./, '$1').replace(/\/api\/v3$/, '')
}

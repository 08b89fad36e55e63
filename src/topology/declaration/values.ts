// The values that kyozo.yaml may hold. Each says in its error what it must be and how it looks, because that is all that whoever made the mistake reads.
import { z } from 'zod'
import { isSimpleGlob } from '../globs.ts'

/** Takes a guess away and puts nothing in its place. */
export const noneWord = 'none'

export const none = z.literal(noneWord)

/** A map with these keys only. The keys are told whoever uses another one or writes something that is no map. */
export function closed<S extends z.core.$ZodLooseShape>(shape: S, example?: string) {
  const keys = Object.keys(shape)
  const listed = keys.length === 1 ? `the key ${keys[0]}` : `any of the keys ${keys.join(', ')}`
  const isFor = example === undefined ? '' : ` such as ${example}`
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? keys.join(', ') : `must be a map${isFor}, with ${listed}`),
  })
}

export const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** As kyozo calls it, or as a compose file does: there capitals, dots and underscores are usual. */
export const serviceName = matching(
  /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/,
  'must be the name of a service: letters, digits, dashes, dots and underscores, at most 63',
).describe('Name of a service as `kyozo analyze` lists it, or as the compose file has it.')

/** Shorter, since the host names of its services hold it together with the workspace's. */
export const environmentName = matching(
  /^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/,
  'must be lower-case letters, digits and dashes, at most 22',
).describe('Name of an environment.')

export const templateName = matching(label, 'must be the name of a template, such as nodejs')
const pathProblem = 'must be a path inside the repository, relative to its root, such as services/api'
export const relativePath = z
  .string({ error: pathProblem })
  .min(1, { error: pathProblem })
  .max(1_000, { error: pathProblem })
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\\'), { error: pathProblem })
  .describe('Path relative to the root of the repository; "." is the root.')

const portProblem = 'must be a port: a whole number from 1 to 65535, such as 8080'
export const port = z.int({ error: portProblem }).min(1, { error: portProblem }).max(65_535, { error: portProblem })
export const portOrNone = z.union([port, none], { error: `${portProblem}; or none for a service that listens on nothing` })

const commandProblem = 'must be a command as text or as a list of words, such as "node server.js"'
const commandList = z.array(z.string({ error: 'must be a word of a command' }).max(2_000), { error: commandProblem }).min(1, { error: commandProblem }).max(100, { error: commandProblem }) // biome-ignore format: one line a value
const commandText = z.string({ error: commandProblem }).regex(/\S/, { error: commandProblem }).max(2_000, { error: 'must be at most 2000 characters; put a longer command into a script' }) // biome-ignore format: one line a value
export const command = z.union([commandText, commandList], { error: `${commandProblem}; or none` })
export const words = commandList
/** A command that a shell reads, or none. */
export const lineOrNone = z.union([none, commandText], { error: 'must be a command as text, such as "npm run build", or none' })

const globProblem = 'must be a glob such as "docs/**", with at most two stars in a segment and no extended groups'
const glob = z
  .string({ error: globProblem })
  .min(1, { error: globProblem })
  .max(500, { error: globProblem })
  .refine(isSimpleGlob, { error: globProblem })
  .describe('A glob with `*`, `**`, `?`, `[…]` and `{…}`.')
const globsProblem = 'must be a list of at most 100 globs, such as ["docs/**"]'
export const globs = z.array(glob, { error: globsProblem }).max(100, { error: globsProblem })

export const variableName = matching(
  /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
  'must be the name of a variable: letters, digits and underscores, not beginning with a digit',
)
export const secretName = matching(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a secret, such as API_KEY')
export const duration = matching(/^[1-9]\d{0,5}(?:s|m|h|d)$/, 'must be a number with s, m, h or d, such as 72h')
const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
/** Of a duration that is one. */
export const durationMs = (text: string) => Number.parseInt(text, 10) * (secondsOf[text.slice(-1)] ?? 0) * 1_000
const healthIntervalWords = 'must be a time from 1s to 1h, such as 30s'
const healthTimeoutWords = 'must be a time from 1s to 60s, such as 5s'
const failuresWords = 'must be a whole number from 1 to 10'
export const healthInterval = matching(/^(?:(?:[1-9]\d{0,2}|[12]\d{3}|3[0-5]\d{2}|3600)s|(?:[1-9]|[1-5]\d|60)m|1h)$/, healthIntervalWords)
export const healthTimeout = matching(/^(?:(?:[1-9]|[1-5]\d|60)s|1m)$/, healthTimeoutWords)
export const failuresInARow = z.int({ error: failuresWords }).min(1, { error: failuresWords }).max(10, { error: failuresWords })
const grpcServiceWords = 'must be the name of a gRPC service, such as shop.v1.Orders'
export const grpcService = matching(/^[A-Za-z_][\w.]{0,199}$/, grpcServiceWords)
const amountOfMemory = /^[1-9]\d{0,6}(?:Ki|Mi|Gi|k|M|G)?$/
export const memory = matching(amountOfMemory, 'must be an amount with a unit (Ki, Mi, Gi, k, M, G), such as 512Mi or 1Gi').refine(
  (amount) => isEnough(amount),
  { error: 'must be at least 6Mi, such as 512Mi' },
)
/** The engine runs nothing with less. */
const leastMemoryBytes = 6 * 1024 ** 2
const units: Readonly<Record<string, number>> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, k: 1e3, M: 1e6, G: 1e9 }
const isEnough = (amount: string) =>
  !amountOfMemory.test(amount) || Number.parseInt(amount, 10) * (units[amount.replace(/^\d+/, '')] ?? 1) >= leastMemoryBytes
const cpuProblem = 'must be cores such as 0.5, or thousandths of one such as 500m'
export const cpu = z.union(
  [
    matching(/^(?:(?=[^1-9]*[1-9])\d{1,3}(?:\.\d{1,3})?|[1-9]\d{0,5}m)$/, cpuProblem),
    z.number({ error: cpuProblem }).positive({ error: cpuProblem }).max(512, { error: cpuProblem }),
  ],
  { error: cpuProblem },
)
export const domain = matching(
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,20}[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  'must be a host name in lower case such as shop.example.com',
)
export const httpPath = matching(/^\/\S{0,500}$/, 'must be a path such as /healthz')
export const stageName = matching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'must be the name of a stage of the Dockerfile')
export const imageName = matching(/^[a-z0-9][\w./:@-]{0,499}$/, 'must be an image reference such as postgres:17 or ghcr.io/owner/name:1.2')

const wordProblem = 'must be a name in lower case'
export const frameworkName = matching(/^[a-z0-9][a-z0-9.+-]{0,40}$/, `${wordProblem} such as express, or none`)
export const packageManagerName = matching(/^[a-z][a-z0-9-]{0,20}$/, `${wordProblem} such as npm or poetry, without a version`)
const versionProblem = 'must be a version such as 22 or "3.12"'
/** `3.10` without quotes is the number 3.1. */
export const version = z.union([matching(/^(?:\d{1,4}(?:\.\d{1,4})?(?:\.\d{1,6})?|none)$/, versionProblem), z.int().min(0).max(9_999)], {
  error: ({ input }) =>
    typeof input === 'number' ? `${versionProblem}, in quotes where it has a dot, because YAML reads 3.10 as 3.1` : versionProblem,
})

export function matching(pattern: RegExp, error: string) {
  return z.string({ error }).regex(pattern, { error })
}

/** One of these words. */
export function oneOf<const W extends readonly [string, ...string[]]>(options: W, about = '') {
  return z.enum(options, { error: `must be one of ${options.join(', ')}${about}` })
}

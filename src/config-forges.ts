// What the environment says of Git hosts: the operator's account at each, and the app at GitHub with which people sign in.
import { z } from 'zod'
import { url } from './config-values.ts'
import { KyozoError } from './errors.ts'

/** What the environment says of the operator's account at one Git host: `KYOZO_<HOST>_…`. */
export interface ForgeConfig {
  /** `github`; whether there is such a host is not known here. */
  readonly forge: string
  /** Default is the host's usual one. */
  readonly apiUrl?: string
  readonly webhookSecret: string
  readonly token?: string
  readonly app?: { readonly id: string; readonly privateKey: string }
}

const forgeSchema = z.object({
  API_URL: url.optional(),
  TOKEN: z.string().optional(),
  WEBHOOK_SECRET: z.string().optional(),
  APP_ID: z.string().regex(/^\d+$/, 'must be a number').optional(),
  PRIVATE_KEY: z.string().optional(),
})
const forgeVariable = /^KYOZO_([A-Z]+)_(API_URL|TOKEN|WEBHOOK_SECRET|APP_ID|PRIVATE_KEY)$/

/** Variables that look like those of a Git host and are not. */
const otherVariables: ReadonlySet<string> = new Set(['KYOZO_ADMIN_TOKEN'])

export function readForges(set: Readonly<Record<string, string | undefined>>): readonly ForgeConfig[] {
  const said = new Map<string, Record<string, string | undefined>>()
  for (const [variable, value] of Object.entries(set)) {
    const [, host, name] = forgeVariable.exec(variable) ?? []
    if (host !== undefined && name !== undefined && !otherVariables.has(variable)) said.set(host, { ...said.get(host), [name]: value })
  }
  return [...said].flatMap(([host, variables]) => readForge(host, variables) ?? [])
}

function readForge(host: string, variables: Readonly<Record<string, string | undefined>>): ForgeConfig | undefined {
  const prefix = `KYOZO_${host}_`
  const read = forgeSchema.safeParse(variables)
  if (!read.success)
    throw new KyozoError('config_invalid', read.error.issues.map(({ path, message }) => `${prefix}${path.join('.')} ${message}`).join('; '))
  const { API_URL: apiUrl, TOKEN: token, WEBHOOK_SECRET: webhookSecret, APP_ID: id, PRIVATE_KEY: privateKey } = read.data
  if (webhookSecret === undefined) {
    if (token === undefined && id === undefined) return undefined
    throw new KyozoError('config_invalid', `${prefix}TOKEN or ${prefix}APP_ID is set without ${prefix}WEBHOOK_SECRET`, {
      hint: 'set the secret that the webhook signs with; deliveries without one are never accepted',
    })
  }
  if ((id === undefined) !== (privateKey === undefined))
    throw new KyozoError('config_invalid', `an app needs both ${prefix}APP_ID and ${prefix}PRIVATE_KEY`)
  return {
    forge: host.toLowerCase(),
    webhookSecret,
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(token === undefined ? {} : { token }),
    ...(id === undefined ? {} : { app: { id, privateKey: privateKey! } }),
  }
}

/** An OAuth app at GitHub, for people who sign in with their account there. */
export interface GithubSignIn {
  readonly clientId: string
  readonly clientSecret: string
  readonly apiUrl: string
  readonly webUrl: string
}

/** For the schema of all variables. */
export const githubSignInVariables = {
  KYOZO_GITHUB_API_URL: url.default('https://api.github.com'),
  KYOZO_GITHUB_OAUTH_CLIENT_ID: z.string().min(1).optional(),
  KYOZO_GITHUB_OAUTH_CLIENT_SECRET: z.string().min(1).optional(),
}
const signInSchema = z.object(githubSignInVariables)

export function readGithubSignIn({
  KYOZO_GITHUB_OAUTH_CLIENT_ID: clientId,
  KYOZO_GITHUB_OAUTH_CLIENT_SECRET: clientSecret,
  KYOZO_GITHUB_API_URL: apiUrl,
}: z.infer<typeof signInSchema>): GithubSignIn | undefined {
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

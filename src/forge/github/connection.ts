// A connection to GitHub from what the operator gave: https://github.com, a GitHub Enterprise Server, or anything that speaks like one.
import { createPrivateKey } from 'node:crypto'
import { KyozoError } from '../../errors.ts'
import type { ForgeConnection, ForgeCredential } from '../forge.ts'

export interface GitHubSettings {
  /** Default is `main`. */
  readonly name?: string
  /** Default is `https://api.github.com`. */
  readonly apiUrl?: string
  readonly webhookSecret?: string
  readonly token?: string
  readonly appId?: string
  /** PEM; a literal `\n` counts as a line break, since that is how it survives an environment variable. */
  readonly privateKey?: string
}

/** Throws `config_invalid` for an empty webhook secret, an address that is none, and a key that cannot sign. */
export function githubConnection(settings: GitHubSettings): ForgeConnection {
  const apiUrl = readApiUrl(settings.apiUrl ?? 'https://api.github.com')
  if (!settings.webhookSecret)
    throw new KyozoError('config_invalid', 'the GitHub webhook secret is empty, so no delivery could ever be verified', {
      hint: 'set KYOZO_GITHUB_WEBHOOK_SECRET to a long random text and give GitHub the same',
    })
  return {
    name: settings.name ?? 'main',
    forge: 'github',
    apiUrl: apiUrl.href.replace(/\/+$/, ''),
    webUrl: webUrlOf(apiUrl),
    webhookSecret: settings.webhookSecret,
    credential: readCredential(settings),
  }
}

function readApiUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.search || url.hash)
    throw new KyozoError('config_invalid', 'KYOZO_GITHUB_API_URL is not a plain http or https address', {
      hint: 'use https://api.github.com, or https://<host>/api/v3 for GitHub Enterprise Server',
    })
  return url
}

/** `https://api.github.com` belongs to `https://github.com`, `https://<host>/api/v3` to `https://<host>`. */
function webUrlOf(apiUrl: URL): string {
  const url = new URL(apiUrl.origin)
  if (url.hostname.startsWith('api.')) url.hostname = url.hostname.slice('api.'.length)
  return url.origin
}

function readCredential(settings: GitHubSettings): ForgeCredential {
  if (settings.appId || settings.privateKey) return readAppCredential(settings)
  return settings.token ? { kind: 'token', token: settings.token } : { kind: 'none' }
}

function readAppCredential({ appId = '', privateKey = '' }: GitHubSettings): ForgeCredential {
  const pem = privateKey.replaceAll('\\n', '\n')
  if (!/^\d{1,20}$/.test(appId) || !isRsaKey(pem))
    throw new KyozoError('config_invalid', 'a GitHub App needs both its numeric id and its RSA private key in PEM form', {
      hint: 'set KYOZO_GITHUB_APP_ID and KYOZO_GITHUB_PRIVATE_KEY together, or neither and a token',
    })
  return { kind: 'app', appId, privateKey: pem }
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

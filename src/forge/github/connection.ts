// A connection to GitHub from what the operator gave: https://github.com, a GitHub Enterprise Server, or anything that speaks like one.
import { createPrivateKey } from 'node:crypto'
import { KyozoError } from '../../errors.ts'
import type { ForgeConnection, ForgeCredential } from '../forge.ts'

export interface GitHubSettings {
  /** Default is `main`. */
  readonly name?: string
  readonly apiUrl: string
  /** Default is where that API belongs: `https://github.com`, or an Enterprise server's own address. */
  readonly webUrl?: string
  readonly webhookSecret: string
  readonly token?: string
  /** `privateKey` is PEM; a literal `\n` counts as a line break, since that is how one survives an environment variable. */
  readonly app?: { readonly id: string; readonly privateKey: string }
}

/** Throws `config_invalid` for an empty webhook secret and for a key that cannot sign. An app is preferred to a token when both are given. */
export function githubConnection(settings: GitHubSettings): ForgeConnection {
  if (settings.webhookSecret === '')
    throw new KyozoError('config_invalid', 'the GitHub webhook secret is empty, so no delivery could ever be verified', {
      hint: 'set KYOZO_GITHUB_WEBHOOK_SECRET to a long random text and give GitHub the same',
    })
  return {
    name: settings.name ?? 'main',
    forge: 'github',
    apiUrl: settings.apiUrl.replace(/\/+$/, ''),
    webUrl: (settings.webUrl ?? webUrlOf(settings.apiUrl)).replace(/\/+$/, ''),
    webhookSecret: settings.webhookSecret,
    credential: credentialOf(settings),
  }
}

function credentialOf({ app, token }: GitHubSettings): ForgeCredential {
  if (app === undefined) return token === undefined ? { kind: 'none' } : { kind: 'token', token }
  const privateKey = app.privateKey.replaceAll('\\n', '\n')
  if (!isRsaKey(privateKey))
    throw new KyozoError('config_invalid', "the GitHub App's private key is not an RSA key in PEM form", {
      hint: 'set KYOZO_GITHUB_PRIVATE_KEY to the whole content of the .pem file that GitHub gave for the app',
    })
  return { kind: 'app', appId: app.id, privateKey }
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

/** `https://api.github.com` → `https://github.com`; an Enterprise server's API lives below its own web address. */
function webUrlOf(apiUrl: string): string {
  return apiUrl
    .replace(/\/+$/, '')
    .replace(/^(https?:\/\/)api\./, '$1')
    .replace(/\/api\/v3$/, '')
}

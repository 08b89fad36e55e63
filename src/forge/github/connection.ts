// A connection to GitHub from what the operator gave: https://github.com, a GitHub Enterprise Server, or anything that speaks like one.
import { createPrivateKey } from 'node:crypto'
import { KyozoError } from '../../errors.ts'
import type { ConnectionSettings, ForgeConnection, ForgeCredential } from '../forge.ts'

export const usualApiUrl = 'https://api.github.com'

/** Throws `config_invalid` for an empty webhook secret and for a key that cannot sign. An app is preferred to a token when both are given. */
export function githubConnection(settings: ConnectionSettings): ForgeConnection {
  if (settings.webhookSecret === '')
    throw new KyozoError('config_invalid', 'the GitHub webhook secret is empty, so no delivery could ever be verified', {
      hint: 'set KYOZO_GITHUB_WEBHOOK_SECRET to a long random text and give GitHub the same',
    })
  const apiUrl = (settings.apiUrl ?? usualApiUrl).replace(/\/+$/, '')
  return {
    name: settings.name ?? 'main',
    forge: 'github',
    apiUrl,
    webUrl: (settings.webUrl ?? webUrlOf(apiUrl)).replace(/\/+$/, ''),
    webhookSecret: settings.webhookSecret,
    credential: credentialOf(settings),
  }
}

function credentialOf({ app, token }: ConnectionSettings): ForgeCredential {
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
  return apiUrl.replace(/^(https?:\/\/)api\./, '$1').replace(/\/api\/v3$/, '')
}

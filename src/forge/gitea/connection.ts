// A connection to a Gitea or Forgejo server from what the operator gave: the address of the site, or of its API.
import { KyozoError } from '../../errors.ts'
import type { ConnectionSettings, ForgeConnection } from '../forge.ts'

const apiPath = '/api/v1'

/** Throws `config_invalid` for an empty webhook secret, for a missing address, and for an app, which Gitea does not have. */
export function giteaConnection(settings: ConnectionSettings): ForgeConnection {
  if (settings.webhookSecret === '')
    throw new KyozoError('config_invalid', 'the Gitea webhook secret is empty, so no delivery could ever be verified', {
      hint: 'set KYOZO_GITEA_WEBHOOK_SECRET to a long random text and give Gitea the same',
    })
  if (settings.apiUrl === undefined)
    throw new KyozoError('config_invalid', 'the address of the Gitea server is missing, and there is no usual one', {
      hint: 'set KYOZO_GITEA_API_URL to the address of the site, such as https://git.example.com',
    })
  if (settings.app !== undefined)
    throw new KyozoError('config_invalid', 'an app was given for Gitea, which has none', { hint: 'set KYOZO_GITEA_TOKEN instead' })
  const siteUrl = settings.apiUrl.replace(/\/+$/, '').replace(/\/api\/v1$/, '')
  return {
    name: settings.name ?? 'main',
    forge: 'gitea',
    apiUrl: `${siteUrl}${apiPath}`,
    webUrl: (settings.webUrl ?? siteUrl).replace(/\/+$/, ''),
    webhookSecret: settings.webhookSecret,
    credential: settings.token === undefined ? { kind: 'none' } : { kind: 'token', token: settings.token },
  }
}

// A connection to GitLab from what the operator or a team gave: gitlab.com, or one that somebody runs for themselves.
import { KyozoError } from '../../errors.ts'
import type { ConnectionSettings, ForgeConnection } from '../forge.ts'

export const usualApiUrl = 'https://gitlab.com/api/v4'

/** Throws `config_invalid` for an empty webhook secret and for an app, which GitLab has none of. */
export function gitlabConnection({ name, apiUrl = usualApiUrl, webUrl, webhookSecret, token, app }: ConnectionSettings): ForgeConnection {
  if (webhookSecret === '')
    throw new KyozoError('config_invalid', 'the GitLab webhook secret is empty, so no delivery could ever be verified', {
      hint: 'set KYOZO_GITLAB_WEBHOOK_SECRET to a long random text and give GitLab the same as secret token',
    })
  if (app !== undefined)
    throw new KyozoError('config_invalid', 'GitLab has no apps that kyozo could be, as GitHub has', {
      hint: 'give a token in place of the id and the private key: of the project, of its group or of a person',
    })
  const site = siteOf(apiUrl)
  return {
    name: name ?? 'main',
    forge: 'gitlab',
    apiUrl: `${site}/api/v4`,
    webUrl: (webUrl ?? site).replace(/\/+$/, ''),
    webhookSecret,
    credential: token === undefined ? { kind: 'none' } : { kind: 'token', token },
  }
}

/** `https://git.example/api/v4` → `https://git.example`. The address of the site itself is taken as well, since that is what people have at hand. */
function siteOf(url: string): string {
  return url.replace(/\/+$/, '').replace(/\/api(?:\/v\d+)?$/, '')
}

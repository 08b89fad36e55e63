// Signing in with GitHub, or with an Enterprise server of one's own. Only addresses that GitHub has verified count.
import type { GenericOAuthConfig } from 'better-auth/plugins'
import { z } from 'zod'
import type { GithubSignIn } from '../config-forges.ts'

const requestMs = 10_000
const profileShape = z.object({ id: z.number(), login: z.string(), name: z.string().nullish() })
const emailsShape = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() })).max(1_000)

export function githubProvider({ clientId, clientSecret, apiUrl, webUrl }: GithubSignIn): GenericOAuthConfig {
  return {
    providerId: 'github',
    clientId,
    clientSecret,
    authorizationUrl: `${webUrl}/login/oauth/authorize`,
    tokenUrl: `${webUrl}/login/oauth/access_token`,
    scopes: ['read:user', 'user:email'],
    pkce: true,
    // GitHub answers as a form unless it is asked for JSON.
    authorizationHeaders: { Accept: 'application/json' },
    async getUserInfo({ accessToken }) {
      if (accessToken === undefined) return null
      const ask = async (path: string) => {
        const answer = await fetch(`${apiUrl}${path}`, {
          headers: { Authorization: `Bearer ${accessToken}`, Accept: 'application/vnd.github+json', 'User-Agent': 'kyozo' },
          redirect: 'error',
          signal: AbortSignal.timeout(requestMs),
        })
        return answer.ok ? ((await answer.json()) as unknown) : undefined
      }
      const [profile, emails] = [profileShape.safeParse(await ask('/user')), emailsShape.safeParse(await ask('/user/emails'))]
      if (!profile.success || !emails.success) return null
      const email = emails.data.find(({ primary, verified }) => primary && verified) ?? emails.data.find(({ verified }) => verified)
      const { id, login, name } = profile.data
      return {
        id: String(id),
        name: (name || login).slice(0, 100),
        email: email?.email.toLowerCase() ?? null,
        emailVerified: email !== undefined,
      }
    },
  }
}

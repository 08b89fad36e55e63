// GitHub's OAuth as a server with a memory: it gives a code once, only to the client and redirect that asked, checks PKCE, and refuses what GitHub
// refuses. Answers as documented at https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps.
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

export interface GithubUser {
  readonly id: number
  readonly login: string
  readonly emails: readonly { readonly email: string; readonly primary: boolean; readonly verified: boolean }[]
}

export interface GithubDouble {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** The person who is signed in at GitHub and allows it. Returns where GitHub sends the browser. */
  allow(authorizationUrl: string, user: GithubUser): string
  /** How often a token was asked for. */
  readonly exchanges: () => number
}

interface Grant {
  readonly user: GithubUser
  readonly redirectUri: string
  readonly challenge: string
}

export async function githubDouble(): Promise<GithubDouble> {
  const [clientId, clientSecret] = ['Iv1.0123456789abcdef', randomBytes(20).toString('hex')]
  const codes = new Map<string, Grant>()
  const tokens = new Map<string, GithubUser>()
  let exchanges = 0
  const server = createServer(async (request, response) => {
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const { pathname } = new URL(request.url ?? '/', 'http://github')
    if (request.method === 'POST' && pathname === '/login/oauth/access_token') {
      exchanges++
      let text = ''
      for await (const part of request) text += String(part)
      return send(200, exchange(new URLSearchParams(text)))
    }
    const user = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''))
    if (user === undefined) return send(401, { message: 'Bad credentials' })
    if (pathname === '/user') return send(200, { id: user.id, login: user.login, name: null, email: null })
    if (pathname === '/user/emails')
      return send(
        200,
        user.emails.map((email) => ({ ...email, visibility: null })),
      )
    send(404, { message: 'Not Found' })
  })

  function exchange(form: URLSearchParams): unknown {
    const code = form.get('code') ?? ''
    const grant = codes.get(code)
    // A code is good once, whether the rest is right or not.
    codes.delete(code)
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) return { error: 'incorrect_client_credentials' }
    if (grant === undefined) return { error: 'bad_verification_code' }
    if (form.get('redirect_uri') !== grant.redirectUri) return { error: 'redirect_uri_mismatch' }
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (challenge !== grant.challenge) return { error: 'bad_verification_code' }
    const token = `gho_${randomBytes(18).toString('hex')}`
    tokens.set(token, grant.user)
    return { access_token: token, token_type: 'bearer', scope: 'read:user,user:email' }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    clientId,
    clientSecret,
    exchanges: () => exchanges,
    allow(authorizationUrl, user) {
      const asked = new URL(authorizationUrl)
      const query = asked.searchParams
      if (`${asked.origin}${asked.pathname}` !== `${url}/login/oauth/authorize`)
        throw new Error(`not GitHub's address: ${authorizationUrl}`)
      if (query.get('client_id') !== clientId || query.get('response_type') !== 'code') throw new Error('not a request of this client')
      if (query.get('code_challenge_method') !== 'S256') throw new Error('no PKCE')
      const code = randomBytes(10).toString('hex')
      const redirectUri = query.get('redirect_uri')!
      codes.set(code, { user, redirectUri, challenge: query.get('code_challenge')! })
      return `${redirectUri}?${new URLSearchParams({ code, state: query.get('state')! })}`
    },
  }
}

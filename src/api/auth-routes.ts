// /api/auth: signing in and out, GitHub's way back, terminals that ask to be let in. What is behind each address is the access library's; how often
// it may be asked, and by whose pages, is decided here.
import { type Request as ExpressRequest, type Response as ExpressResponse, type NextFunction, Router } from 'express'
import type { Access } from '../access/access.ts'
import { addressHeader } from '../access/library.ts'
import type { Limits } from '../access/limits.ts'
import { KyozoError } from '../errors.ts'
import { addressOf, headersOf } from './authenticate.ts'
import { page } from './pages/page.ts'
import { readSmallBody } from './pages/small-body.ts'
import { assertJsonBody, assertNotForeign } from './same-origin.ts'

export interface AuthContext {
  readonly access: Access
  readonly limits: Limits
  readonly baseUrl: string
}

export function authRouter(context: AuthContext): Router {
  const router = Router()
  router.use(async (request: ExpressRequest, response: ExpressResponse, _next: NextFunction) => {
    if (/%00/.test(request.originalUrl)) throw new KyozoError('bad_request', 'the address holds a NUL character')
    assertNotForeign(request)
    assertJsonBody(request)
    const answer = await limited(context, request)
    if (isRefusedByGithub(context, request, answer)) sendRefusal(answer, response)
    else await sendAnswer(answer, response)
  })
  return router
}

async function limited(context: AuthContext, request: ExpressRequest): Promise<Response> {
  const { access, limits } = context
  const address = addressOf(request)
  const text = await readSmallBody(request)
  const asked = webRequest(context, request, text)
  switch (request.path) {
    case '/sign-in/email':
      return limits.login({ account: accountIn(text), address }, () => access.handle(asked))
    case '/change-password': {
      const session = await access.sessionOf(asked.headers)
      return limits.login({ account: session?.email ?? '', address }, () => access.handle(asked))
    }
    case '/device/code':
      await limits.code(address)
      return access.handle(asked)
    default:
      await limits.stranger(address)
      return access.handle(asked)
  }
}

/** The address is made of the configured one: what the request calls this host is not believed. */
function webRequest({ baseUrl }: AuthContext, request: ExpressRequest, text: string): Request {
  const headers = headersOf(request)
  headers.set(addressHeader, addressOf(request))
  for (const name of ['host', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-for']) headers.delete(name)
  const { search } = new URL(request.originalUrl, baseUrl)
  return new Request(`${baseUrl}/api/auth${request.path}${search}`, {
    method: request.method,
    headers,
    ...(request.method === 'GET' || request.method === 'HEAD' ? {} : { body: text }),
  })
}

function accountIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    const email = (body as { email?: unknown } | null)?.email
    return typeof email === 'string' ? email.slice(0, 320) : ''
  } catch {
    throw new KyozoError('payload_invalid', 'the body is not JSON')
  }
}

/** Copies an answer of the library. Each cookie is a header of its own. */
export async function sendAnswer(answer: Response, response: ExpressResponse): Promise<void> {
  const { headers } = answer
  for (const [name, value] of headers) if (name !== 'set-cookie') response.setHeader(name, value)
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies)
  response.setHeader('Cache-Control', 'no-store')
  response.status(answer.status).send(Buffer.from(await answer.arrayBuffer()))
}

function isRefusedByGithub({ baseUrl }: AuthContext, request: ExpressRequest, answer: Response): boolean {
  const location = answer.headers.get('location') ?? ''
  return request.path === '/callback/github' && location.startsWith(`${baseUrl}/login?`) && new URL(location).searchParams.has('error')
}

const githubWords: Readonly<Record<string, string>> = {
  invitation_required: 'Nobody has invited the address that GitHub knows you by. Ask an owner or admin of a team for an invitation.',
  no_team: 'You belong to no team. Ask an owner or admin of one for an invitation.',
  user_disabled: 'This account is disabled.',
  email_not_verified: 'GitHub has not verified your address. Verify it there, and try again.',
  email_not_found: 'GitHub knows no verified address of yours.',
  account_not_linked: 'There is an account with this address already, with a password. Sign in with that.',
  access_denied: 'You did not allow it at GitHub.',
}

/** The library leads back with a code; a person sees words, a program sees 403. */
function sendRefusal(answer: Response, response: ExpressResponse): void {
  const code = new URL(answer.headers.get('location')!).searchParams.get('error') ?? ''
  const words = githubWords[code] ?? 'The request was not one that began here, or it was used before. Please try again.'
  response.status(403).set('Cache-Control', 'no-store').type('html')
  response.send(
    page({
      title: 'GitHub did not sign you in',
      body: [`<p class="refused">${words}</p>`, '<p><a href="/login">Back to signing in</a></p>'],
    }),
  )
}

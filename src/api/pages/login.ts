// /login and /logout: forms, and nothing that a GET changes.
import { type Request, type Response, Router } from 'express'
import { localPath } from '../../access/handle.ts'
import { asKyozoError } from '../../errors.ts'
import { type AuthContext, sendAnswer } from '../auth-routes.ts'
import { addressOf, headersOf } from '../authenticate.ts'
import { assertSameOrigin } from '../same-origin.ts'
import { asHtml, field, hidden, page, refusal } from './page.ts'
import { readForm } from './small-body.ts'

export function loginRouter(context: AuthContext): Router {
  const { access, limits } = context
  const router = Router()

  router.get('/login', async (request, response) => {
    const session = await access.sessionOf(headersOf(request))
    if (session === undefined) return show(response, loginPage(context, { returnTo: returnTo(request.query.return_to) }))
    show(response, signedInPage(session))
  })

  router.post('/login', async (request, response) => {
    assertSameOrigin(request)
    const form = await readForm(request)
    const [email, password, to] = [form.get('email') ?? '', form.get('password') ?? '', returnTo(form.get('return_to'))]
    try {
      const address = addressOf(request)
      const answer = await limits.login({ account: email, address }, () => access.signIn({ email, password }, headersOf(request)))
      await lead(answer, response, to)
    } catch (error) {
      const { code, message, hint, retryAfterSeconds } = asKyozoError(error)
      if (code !== 'unauthorized' && code !== 'overloaded') throw error
      if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds))
      response.status(code === 'overloaded' ? 429 : 401)
      const words = hint === undefined ? message : `${message}; ${hint}`
      show(response, loginPage(context, { returnTo: to, email, words: `${words[0]!.toUpperCase()}${words.slice(1)}.` }))
    }
  })

  router.post('/login/github', async (request, response) => {
    assertSameOrigin(request)
    const form = await readForm(request)
    const answer = await access.signInWithGithub(returnTo(form.get('return_to')), headersOf(request))
    await lead(answer, response, answer.headers.get('location') ?? '/login')
  })

  router.get('/logout', (_request, response) =>
    show(response, page({ title: 'Sign out', body: ['<form method="post" action="/logout"><button>Sign out</button></form>'] })),
  )

  router.post('/logout', async (request, response) => {
    assertSameOrigin(request)
    await lead(await access.signOut(headersOf(request)), response, '/login')
  })
  return router
}

export function show(response: Response, html: string): void {
  response.set('Cache-Control', 'no-store').type('html').send(html)
}

/** Sends the cookies of an answer along with the way to go on. */
export async function lead(answer: globalThis.Response, response: Response, to: string): Promise<void> {
  const headers = new Headers({ location: to })
  for (const cookie of answer.headers.getSetCookie()) headers.append('set-cookie', cookie)
  await sendAnswer(new globalThis.Response(null, { status: 303, headers }), response)
}

/** Where to go on to: a path of kyozo's own, or the page that says who is signed in. */
export function returnTo(asked: unknown): string {
  const path = localPath.safeParse(asked)
  return path.success ? path.data : '/login'
}

/** The way to signing in, and back to what was asked for. */
export function leadToLogin(request: Request, response: Response): void {
  response.set('Cache-Control', 'no-store').redirect(303, `/login?return_to=${encodeURIComponent(request.originalUrl)}`)
}

function loginPage(
  { access }: AuthContext,
  { returnTo, email = '', words }: { readonly returnTo: string; readonly email?: string; readonly words?: string },
): string {
  const github = `<form method="post" action="/login/github">${hidden('return_to', returnTo)}<button class="quiet">Sign in with GitHub</button></form>`
  return page({
    title: 'Sign in',
    body: [
      refusal(words),
      '<form method="post" action="/login">',
      hidden('return_to', returnTo),
      field('E-mail', { name: 'email', type: 'email', autocomplete: 'username', required: true, value: email, maxlength: '320' }),
      field('Password', { name: 'password', type: 'password', autocomplete: 'current-password', required: true, maxlength: '128' }),
      '<button>Sign in</button></form>',
      access.offersGithub ? github : '',
      '<p class="hint">There is no signing up: an owner or admin of a team invites you.</p>',
    ],
  })
}

function signedInPage({ name, email }: { readonly name: string; readonly email: string }): string {
  return page({
    title: 'You are signed in',
    body: [
      `<p>as <b>${asHtml(name)}</b> (${asHtml(email)}).</p>`,
      '<p><a href="/device">Let a terminal in</a></p>',
      '<form method="post" action="/logout"><button class="quiet">Sign out</button></form>',
    ],
  })
}

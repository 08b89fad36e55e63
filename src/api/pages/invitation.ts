// /invitations/<code>: who was invited becomes a member, with a new account or the one they have.
import { type Request, type Response, Router } from 'express'
import { asKyozoError, KyozoError } from '../../errors.ts'
import type { Database } from '../../store/database.ts'
import { findUserByEmail } from '../../store/people.ts'
import type { AuthContext } from '../auth-routes.ts'
import { addressOf, headersOf } from '../authenticate.ts'
import { assertSameOrigin } from '../same-origin.ts'
import { lead, show } from './login.ts'
import { asHtml, field, hidden, page, refusal } from './page.ts'
import { readForm } from './small-body.ts'

export function invitationRouter(context: AuthContext & { readonly db: Database }): Router {
  const { db, access, limits } = context
  const router = Router()

  router.get('/:code', async (request, response) => {
    await limits.stranger(addressOf(request))
    await showInvitation(request, response)
  })

  router.post('/:code', async (request, response) => {
    assertSameOrigin(request)
    await limits.code(addressOf(request))
    const code = codeIn(request)
    const form = await readForm(request)
    const headers = headersOf(request)
    try {
      if (form.get('do') === 'accept') {
        await access.acceptInvitation(code, headers)
        return void response.redirect(303, '/login')
      }
      const name = (form.get('name') ?? '').trim().slice(0, 100)
      if (name === '') throw new KyozoError('invalid', 'a name must be given')
      await lead(await access.join(code, { name, password: form.get('password') ?? '' }, headers), response, '/login')
    } catch (error) {
      const { code, message, hint } = asKyozoError(error)
      if (code !== 'invalid' && code !== 'conflict' && code !== 'unauthorized') throw error
      response.status(422)
      const words = hint === undefined ? message : `${message}; ${hint}`
      await showInvitation(request, response, `${words[0]!.toUpperCase()}${words.slice(1)}.`)
    }
  })

  async function showInvitation(request: Request, response: Response, words?: string): Promise<void> {
    const code = codeIn(request)
    const invitation = await access.invitationOf(code)
    if (invitation === undefined) throw gone()
    const session = await access.sessionOf(headersOf(request))
    const { email, team, inviter, role } = invitation
    const intro = `<p><b>${asHtml(inviter)}</b> invites <b>${asHtml(email)}</b> to the team <b>${asHtml(team)}</b> as ${role}.</p>`
    const hasAccount = session === undefined && (await findUserByEmail(db, email)) !== undefined
    const rest =
      session === undefined
        ? hasAccount
          ? signInFirst(code)
          : [...newAccount(code, email), ...withGithub(code)]
        : signedIn(code, { email, session })
    show(response, page({ title: `Join ${team}`, body: [refusal(words), intro, ...rest] }))
  }

  function withGithub(code: string): string[] {
    if (!access.offersGithub) return []
    return [
      `<form method="post" action="/login/github">${hidden('return_to', `/invitations/${code}`)}<button class="quiet">Go on with GitHub</button></form>`,
    ]
  }
  return router
}

function codeIn(request: Request): string {
  return String(request.params.code)
}

function gone(): KyozoError {
  return new KyozoError('not_found', 'there is no invitation at this address, or it was used or has expired', {
    hint: 'ask who invited you for a new one',
  })
}

function newAccount(code: string, email: string): string[] {
  return [
    `<form method="post" action="/invitations/${code}">`,
    field('E-mail', { type: 'email', value: email, readonly: true, autocomplete: 'username' }),
    field('Name', { name: 'name', autocomplete: 'name', required: true, maxlength: '100' }),
    field('Password, of at least 12 characters', {
      name: 'password',
      type: 'password',
      autocomplete: 'new-password',
      required: true,
      minlength: '12',
      maxlength: '128',
    }),
    '<button>Make my account and join</button></form>',
  ]
}

function signInFirst(code: string): string[] {
  return [`<p>You have an account here: <a href="/login?return_to=/invitations/${code}">sign in</a> to accept.</p>`]
}

function signedIn(code: string, { email, session }: { readonly email: string; readonly session: { readonly email: string } }): string[] {
  if (session.email !== email)
    return [
      `<p class="refused">You are signed in as ${asHtml(session.email)}, and the invitation is for ${asHtml(email)}.</p>`,
      '<form method="post" action="/logout"><button class="quiet">Sign out</button></form>',
    ]
  return [`<form method="post" action="/invitations/${code}">${hidden('do', 'accept')}<button>Join</button></form>`]
}

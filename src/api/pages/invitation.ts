// /invitations/<id>: who was invited becomes a member, with a new account or the one they have.
import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { asKyozoError, KyozoError } from '../../errors.ts'
import type { Database } from '../../store/database.ts'
import { type Invitation, pendingInvitation } from '../../store/invitations.ts'
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

  router.get('/:id', async (request, response) => {
    await limits.stranger(addressOf(request))
    await showInvitation(request, response)
  })

  router.post('/:id', async (request, response) => {
    assertSameOrigin(request)
    await limits.code(addressOf(request))
    const id = idIn(request)
    const form = await readForm(request)
    const headers = headersOf(request)
    try {
      if (form.get('do') === 'accept') {
        await access.acceptInvitation(id, headers)
        return void response.redirect(303, '/login')
      }
      const name = (form.get('name') ?? '').trim().slice(0, 100)
      if (name === '') throw new KyozoError('invalid', 'a name must be given')
      await lead(await access.join(id, { name, password: form.get('password') ?? '' }, headers), response, '/login')
    } catch (error) {
      const { code, message, hint } = asKyozoError(error)
      if (code !== 'invalid' && code !== 'conflict' && code !== 'unauthorized') throw error
      response.status(422)
      const words = hint === undefined ? message : `${message}; ${hint}`
      await showInvitation(request, response, `${words[0]!.toUpperCase()}${words.slice(1)}.`)
    }
  })

  async function showInvitation(request: Request, response: Response, words?: string): Promise<void> {
    const invitation = await pendingInvitation(db, idIn(request))
    if (invitation === undefined) throw gone()
    const session = await access.sessionOf(headersOf(request))
    const { id, email, team, inviter, role } = invitation
    const intro = `<p><b>${asHtml(inviter)}</b> invites <b>${asHtml(email)}</b> to the team <b>${asHtml(team)}</b> as ${role}.</p>`
    const hasAccount = session === undefined && (await findUserByEmail(db, email)) !== undefined
    const rest =
      session === undefined
        ? hasAccount
          ? signInFirst(id)
          : [...newAccount(invitation), ...withGithub(id)]
        : signedIn(invitation, session)
    show(response, page({ title: `Join ${team}`, body: [refusal(words), intro, ...rest] }))
  }

  function withGithub(id: string): string[] {
    if (!access.offersGithub) return []
    return [
      `<form method="post" action="/login/github">${hidden('return_to', `/invitations/${id}`)}<button class="quiet">Go on with GitHub</button></form>`,
    ]
  }
  return router
}

function idIn(request: Request): string {
  const id = z.uuid().safeParse(request.params.id)
  if (!id.success) throw gone()
  return id.data
}

function gone(): KyozoError {
  return new KyozoError('not_found', 'there is no invitation at this address, or it was used or has expired', {
    hint: 'ask who invited you for a new one',
  })
}

function newAccount({ id, email }: Invitation): string[] {
  return [
    `<form method="post" action="/invitations/${id}">`,
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

function signInFirst(id: string): string[] {
  return [`<p>You have an account here: <a href="/login?return_to=/invitations/${id}">sign in</a> to accept.</p>`]
}

function signedIn({ id, email }: Invitation, session: { readonly email: string }): string[] {
  if (session.email !== email)
    return [
      `<p class="refused">You are signed in as ${asHtml(session.email)}, and the invitation is for ${asHtml(email)}.</p>`,
      '<form method="post" action="/logout"><button class="quiet">Sign out</button></form>',
    ]
  return [`<form method="post" action="/invitations/${id}">${hidden('do', 'accept')}<button>Join</button></form>`]
}

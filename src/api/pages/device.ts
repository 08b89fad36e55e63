// /device: a terminal shows a code, and who is signed in types it here. Two steps, so that nobody approves by following a link.
import { type Response, Router } from 'express'
import { asKyozoError } from '../../errors.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { AuthContext } from '../auth-routes.ts'
import { headersOf } from '../authenticate.ts'
import { assertSameOrigin } from '../same-origin.ts'
import { leadToLogin, show } from './login.ts'
import { asHtml, field, hidden, page, refusal } from './page.ts'
import { readForm } from './small-body.ts'

export function deviceRouter({ access, limits }: AuthContext): Router {
  const router = Router()

  router.get('/device', async (request, response) => {
    const viewer = await access.viewerOfSession(headersOf(request))
    if (viewer === undefined) return leadToLogin(request, response)
    show(response, codePage({ code: codeIn(request.query.user_code) }))
  })

  router.post('/device', async (request, response) => {
    assertSameOrigin(request)
    const headers = headersOf(request)
    const viewer = await access.viewerOfSession(headers)
    if (viewer === undefined) return leadToLogin(request, response)
    const form = await readForm(request)
    await limits.code(viewer.userId)
    await answer({ viewer, headers, form, response })
  })

  async function answer(at: { viewer: Viewer; headers: Headers; form: URLSearchParams; response: Response }): Promise<void> {
    const { viewer, headers, form, response } = at
    const [code, decision] = [codeIn(form.get('code')), form.get('answer')]
    try {
      if (decision === null) {
        await access.reviewDevice(code, headers)
        return show(response, approvalPage(code, viewer))
      }
      const isApproved = decision === 'approve'
      await access.answerDevice({ code, isApproved, viewer }, headers)
      show(response, donePage(isApproved))
    } catch (error) {
      if (!['invalid', 'forbidden'].includes(asKyozoError(error).code)) throw error
      response.status(422)
      show(response, codePage({ code, words: 'No terminal waits with this code. Codes are good for ten minutes, and for one person.' }))
    }
  }
  return router
}

/** As the terminal shows it, without what a person types between the letters. */
function codeIn(typed: unknown): string {
  return String(typed ?? '')
    .replace(/[^a-zA-Z0-9]/g, '')
    .toUpperCase()
    .slice(0, 16)
}

function codePage({ code, words }: { readonly code: string; readonly words?: string }): string {
  return page({
    title: 'Let a terminal in',
    body: [
      refusal(words),
      '<p>Type the code that <code>kyozo login</code> shows.</p><form method="post" action="/device">',
      field('Code', { name: 'code', class: 'code', autocomplete: 'off', required: true, value: code, maxlength: '16' }),
      '<button>Go on</button></form>',
    ],
  })
}

function approvalPage(code: string, viewer: Viewer): string {
  return page({
    title: 'Let this terminal in?',
    body: [
      `<p>The terminal that shows <b><code>${asHtml(code)}</code></b> will act as <b>${asHtml(viewer.name)}</b>, with everything that you may do in this team, for 90 days or until you revoke its token.</p>`,
      '<p class="refused">Go on only if you started <code>kyozo login</code> yourself and see this code there.</p>',
      `<form method="post" action="/device">${hidden('code', code)}<button name="answer" value="approve">Let it in</button>`,
      '<button class="quiet" name="answer" value="deny">Refuse</button></form>',
    ],
  })
}

function donePage(isApproved: boolean): string {
  const words = isApproved ? 'The terminal is let in. You can close this page.' : 'The terminal was refused. You can close this page.'
  return page({ title: isApproved ? 'Let in' : 'Refused', body: [`<p>${words}</p>`] })
}

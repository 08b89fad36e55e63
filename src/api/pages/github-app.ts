// /setup/github: makes a GitHub App for a team from the browser. kyozo describes the app, a person says yes on GitHub, and GitHub sends them back with a code
// that is worth the app's keys once. Who began is remembered in a sealed cookie: nobody else's code is taken, and none twice.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { assertMay } from '../../access/rights.ts'
import { asKyozoError, KyozoError } from '../../errors.ts'
import { apiUrlProblem } from '../../forge/api-url.ts'
import { githubConnection, usualApiUrl } from '../../forge/github/connection.ts'
import { appManifest, convertManifestCode, type MadeApp, manifestFormUrl } from '../../forge/github/manifest.ts'
import { isOwnName } from '../../forge/own-connections.ts'
import { newId } from '../../ids.ts'
import type { Vault } from '../../secrets/vault.ts'
import { recordAudit } from '../../store/audit.ts'
import type { Database } from '../../store/database.ts'
import { addConnection, connectionPlaces } from '../../store/forge-connections.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { AuthContext } from '../auth-routes.ts'
import { headersOf } from '../authenticate.ts'
import { assertSameOrigin } from '../same-origin.ts'
import { leadToLogin, show } from './login.ts'
import { asHtml, field, hidden, page, refusal } from './page.ts'
import { readForm } from './small-body.ts'

export interface GitHubAppContext extends AuthContext {
  readonly db: Database
  readonly vault: Vault
  readonly allowsPrivateForges: boolean
}

const path = '/setup/github'
const cookieName = 'kyozo_github_app'
/** A code of GitHub's is good for as long. */
const lifeMs = 3_600_000

export function githubAppRouter(context: GitHubAppContext): Router {
  const router = Router()

  router.get(path, async (request, response) => {
    const viewer = await signedIn(context, request)
    if (viewer === undefined) return leadToLogin(request, response)
    assertMay(viewer, 'forge_connections.create')
    show(response, wishesPage({ name: 'github', owner: '', apiUrl: usualApiUrl }))
  })

  router.post(path, async (request, response) => {
    assertSameOrigin(request)
    const viewer = await signedIn(context, request)
    if (viewer === undefined) return leadToLogin(request, response)
    assertMay(viewer, 'forge_connections.create')
    await describe(context, { viewer, form: await readForm(request), response })
  })

  router.get(`${path}/callback`, async (request, response) => {
    const viewer = await signedIn(context, request)
    // Nothing of what GitHub gives is shown to whoever is not known.
    if (viewer === undefined) throw new KyozoError('forbidden', 'sign in to kyozo with the account that began this, and begin again')
    assertMay(viewer, 'forge_connections.create')
    await finish(context, { viewer, request, response })
  })
  return router
}

function signedIn({ access }: GitHubAppContext, request: Request): Promise<Viewer | undefined> {
  return access.viewerOfSession(headersOf(request))
}

interface Wishes {
  readonly name: string
  readonly owner: string
  readonly apiUrl: string
}

const begunSchema = z.object({
  state: z.string(),
  teamId: z.string(),
  userId: z.string(),
  name: z.string(),
  apiUrl: z.string(),
  untilMs: z.number(),
})
type Begun = z.infer<typeof begunSchema>

interface Describing {
  readonly viewer: Viewer
  readonly form: URLSearchParams
  readonly response: Response
}

/** Shows the one button that leads to GitHub with the description of the app. */
async function describe(context: GitHubAppContext, { viewer, form, response }: Describing): Promise<void> {
  const wishes = { name: form.get('name') ?? '', owner: form.get('owner') ?? '', apiUrl: (form.get('api_url') ?? '').replace(/\/+$/, '') }
  const state = randomBytes(24).toString('base64url')
  try {
    await assertWishes(context, wishes)
    const { webUrl } = githubConnection({ apiUrl: wishes.apiUrl, webhookSecret: 'none yet' })
    const formUrl = manifestFormUrl({ webUrl, state, ...(wishes.owner === '' ? {} : { owner: wishes.owner }) })
    const manifest = appManifest({
      baseUrl: context.baseUrl,
      name: `kyozo ${new URL(context.baseUrl).host}`,
      webhookUrl: `${context.baseUrl}/webhooks/github/${wishes.name}`,
      callbackUrl: `${context.baseUrl}${path}/callback`,
      writesContents: true,
    })
    const { teamId, userId } = viewer
    setCookie(context, response, { state, teamId, userId, name: wishes.name, apiUrl: wishes.apiUrl, untilMs: Date.now() + lifeMs })
    leadFormsTo(response, new URL(formUrl).origin)
    show(response, sendPage({ formUrl, manifest: JSON.stringify(manifest), webUrl }))
  } catch (error) {
    const { code, message } = asKyozoError(error)
    if (code !== 'invalid') throw error
    response.status(422)
    show(response, wishesPage(wishes, message))
  }
}

async function assertWishes({ allowsPrivateForges }: GitHubAppContext, { name, apiUrl }: Wishes): Promise<void> {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name) || isOwnName(name))
    throw new KyozoError('invalid', 'the name must be 1 to 40 lower-case letters, digits and hyphens, and not main')
  const problem = await apiUrlProblem(apiUrl, { allowsPrivate: allowsPrivateForges })
  if (problem !== undefined) throw new KyozoError('invalid', `the address of the API ${problem}`)
}

interface Finishing {
  readonly viewer: Viewer
  readonly request: Request
  readonly response: Response
}

async function finish(context: GitHubAppContext, { viewer, request, response }: Finishing): Promise<void> {
  const begun = readCookie(context, request)
  const [state, code] = [request.query.state, request.query.code]
  const isOurs = begun !== undefined && typeof state === 'string' && isEqual(state, begun.state) && begun.untilMs > Date.now()
  if (!isOurs || begun.teamId !== viewer.teamId || begun.userId !== viewer.userId || typeof code !== 'string')
    throw new KyozoError('forbidden', 'this is not the end of what this browser began', { hint: `begin again at ${path}` })
  clearCookie(response)
  try {
    const app = await convertManifestCode({ apiUrl: begun.apiUrl, code })
    await connect(context, { viewer, begun, app })
    show(response, donePage(app))
  } catch (error) {
    const { code: what, message, hint } = asKyozoError(error)
    if (what !== 'forge_refused' && what !== 'forge_unavailable' && what !== 'conflict' && what !== 'invalid') throw error
    response.status(what === 'forge_unavailable' ? 503 : 422)
    show(response, failedPage(hint === undefined ? message : `${message}; ${hint}`))
  }
}

async function connect(
  { db, vault }: GitHubAppContext,
  { viewer, begun, app }: { viewer: Viewer; begun: Begun; app: MadeApp },
): Promise<void> {
  const id = newId()
  const places = connectionPlaces(id)
  await db.transaction().execute(async (trx) => {
    const added = await addConnection(trx, {
      ...{ id, forge: 'github', name: begun.name, teamId: viewer.teamId, apiUrl: begun.apiUrl, appId: app.appId, lastError: null },
      webhookSecret: vault.seal(places.webhookSecret, app.webhookSecret),
      credentials: vault.seal(places.credentials, JSON.stringify({ kind: 'app', privateKey: app.privateKey })),
      connectsRepositories: true,
      createdById: viewer.userId,
    })
    if (!added)
      throw new KyozoError('conflict', `the name ${begun.name} was taken meanwhile`, {
        hint: `remove the app ${app.name} on GitHub, and begin again with another name`,
      })
    await recordAudit(trx, viewer, {
      ...{ action: 'forge_connections.create', subjectType: 'forge_connections', subjectId: id, subjectName: begun.name },
      details: { forge: 'github', app_id: app.appId, api_url: begun.apiUrl, by: 'manifest' },
    })
  })
}

const cookiePlace = 'github app set-up'

function setCookie({ vault, baseUrl }: GitHubAppContext, response: Response, begun: Begun): void {
  const value = vault.seal(cookiePlace, JSON.stringify(begun)).toString('base64url')
  response.cookie(cookieName, value, { httpOnly: true, sameSite: 'lax', secure: baseUrl.startsWith('https://'), path, maxAge: lifeMs })
}

function clearCookie(response: Response): void {
  response.clearCookie(cookieName, { path })
}

function readCookie({ vault }: GitHubAppContext, request: Request): Begun | undefined {
  const [, value] = new RegExp(`(?:^|;\\s*)${cookieName}=([A-Za-z0-9_-]{1,4000})(?:;|$)`).exec(request.headers.cookie ?? '') ?? []
  if (value === undefined) return undefined
  try {
    return begunSchema.safeParse(JSON.parse(vault.open(cookiePlace, Buffer.from(value, 'base64url')))).data
  } catch {
    // Sealed by another key, or by nobody.
    return undefined
  }
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Only this answer's form leads there. */
function leadFormsTo(response: Response, origin: string): void {
  const policy = String(response.getHeader('Content-Security-Policy') ?? '')
  response.set(
    'Content-Security-Policy',
    policy.replace(/form-action [^;]*/, (directive) => `${directive} ${origin}`),
  )
}

function wishesPage({ name, owner, apiUrl }: Wishes, words?: string): string {
  return page({
    title: 'Connect GitHub',
    body: [
      refusal(words),
      '<p>kyozo makes a GitHub App of your own: it hears of pushes and pull requests, and says on them how they do.</p>',
      `<form method="post" action="${path}">`,
      field('Name of the connection here', { name: 'name', required: true, value: name, maxlength: '40' }),
      field('Organization on GitHub (empty for your own account)', { name: 'owner', value: owner, maxlength: '39' }),
      field('Address of the API', { name: 'api_url', required: true, value: apiUrl, maxlength: '300' }),
      '<p class="hint">https://api.github.com, or https://github.example.com/api/v3 for an Enterprise server.</p>',
      '<button>Go on</button></form>',
    ],
  })
}

function sendPage({ formUrl, manifest, webUrl }: { readonly formUrl: string; readonly manifest: string; readonly webUrl: string }): string {
  return page({
    title: 'Create the app',
    body: [
      `<p>${asHtml(new URL(webUrl).host)} shows what the app may do and asks whether it is to be created. Then it leads back here.</p>`,
      `<form method="post" action="${asHtml(formUrl)}">${hidden('manifest', manifest)}<button>Create it on GitHub</button></form>`,
    ],
  })
}

function failedPage(words: string): string {
  return page({ title: 'GitHub is not connected', body: [refusal(words), `<p><a href="${path}">Begin again</a></p>`] })
}

function donePage({ name, htmlUrl }: MadeApp): string {
  return page({
    title: 'GitHub is connected',
    body: [
      `<p>The app <b>${asHtml(name)}</b> is made, and its keys are kept sealed. Now say which repositories it may see.</p>`,
      `<p><a href="${asHtml(`${htmlUrl}/installations/new`)}">Install it</a>. A push to one of them then deploys it.</p>`,
    ],
  })
}

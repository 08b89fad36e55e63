// What answers below /api/auth. The library has some ninety routes; these are the ones that kyozo needs, and the rest is not there.
import { z } from 'zod'
import { KyozoError } from '../errors.ts'
import { recordAudit } from '../store/audit.ts'
import { endSession, endTokens, membershipsOf, sessionOfToken } from '../store/people.ts'
import { tokenScopes } from '../store/tables/access.ts'
import { viewerOfMember } from '../store/viewer.ts'
import type { Access } from './access.ts'
import type { AccessContext } from './better-auth.ts'
import { translated } from './translate.ts'

type Parts = Omit<Access, 'handle'>
type Answer = (context: AccessContext, access: Parts, request: Request) => Promise<Response>

const asTheLibrary: Answer = ({ library }, _access, request) => library.handler(request)
/** What came as a body is not looked at. */
const withoutBody: Answer = ({ library }, _access, request) => library.handler(withBody(request, {}))

/** Method and path. Everything else is 404. */
export const authRoutes: Readonly<Record<string, Answer>> = {
  'GET /session': showSession,
  'POST /sign-in/email': async (_context, access, request) => access.signIn(await bodyOf(request, credentials), request.headers),
  'POST /sign-in/social': async (_context, access, request) => {
    const { return_to } = await bodyOf(request, z.strictObject({ provider: z.literal('github'), return_to: localPath.default('/') }))
    return access.signInWithGithub(return_to, request.headers)
  },
  'GET /callback/github': asTheLibrary,
  'POST /sign-out': withoutBody,
  'POST /change-password': changePassword,
  'POST /revoke-other-sessions': withoutBody,
  'POST /device/code': askDeviceCode,
  'POST /device/token': exchangeDeviceCode,
  'POST /organization/set-active': chooseTeam,
  'POST /organization/accept-invitation': async (_context, access, request) => {
    const { invitation_code } = await bodyOf(request, z.strictObject({ invitation_code: z.string().max(100) }))
    await access.acceptInvitation(invitation_code, request.headers)
    return new Response(null, { status: 204 })
  },
}

export async function handleAuth(context: AccessContext, access: Parts, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  const answer = authRoutes[`${request.method} ${pathname.replace(/^\/api\/auth/, '')}`]
  if (answer === undefined) throw new KyozoError('not_found', 'there is nothing at this address')
  if (request.method === 'GET' && pathname.endsWith('/callback/github') && !access.offersGithub)
    throw new KyozoError('not_found', 'there is nothing at this address')
  return answer(context, access, request)
}

const credentials = z.strictObject({ email: z.string().max(320), password: z.string().max(1_000) })
/** A path of kyozo's own: a link may not lead a person who has just signed in to somebody else. */
export const localPath = z.string().regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/, 'must be a path that begins with one slash')

async function showSession({ db }: AccessContext, access: Parts, request: Request): Promise<Response> {
  const session = await access.sessionOf(request.headers)
  if (session === undefined) throw new KyozoError('unauthorized', 'nobody is signed in')
  const teams = await membershipsOf(db, session.userId)
  return Response.json({
    user: { id: session.userId, name: session.name, email: session.email },
    teams: teams.map(({ teamId, slug, name, role }) => ({ id: teamId, slug, name, role })),
    active_team_id: session.activeTeamId ?? teams[0]?.teamId ?? null,
  })
}

/** Every other login and token of the person ends with the old password. */
async function changePassword({ db, within }: AccessContext, access: Parts, request: Request): Promise<Response> {
  const shape = z.strictObject({ current_password: z.string().max(1_000), new_password: z.string().max(1_000) })
  const { current_password: currentPassword, new_password: newPassword } = await bodyOf(request, shape)
  const viewer = await access.viewerOfSession(request.headers)
  if (viewer === undefined) throw new KyozoError('unauthorized', 'nobody is signed in')
  return db.transaction().execute(async (trx) => {
    const { headers } = await translated(() =>
      within(trx).api.changePassword({
        body: { currentPassword, newPassword, revokeOtherSessions: true },
        headers: request.headers,
        returnHeaders: true,
      }),
    )
    await endTokens(trx, viewer.userId)
    await recordAudit(trx, viewer, {
      action: 'users.change_password',
      subjectType: 'users',
      subjectId: viewer.userId,
      subjectName: viewer.name,
    })
    return new Response(null, { status: 204, headers })
  })
}

async function chooseTeam({ library }: AccessContext, access: Parts, request: Request): Promise<Response> {
  const { team } = await bodyOf(request, z.strictObject({ team: z.string().max(60) }))
  const viewer = await access.viewerOfSession(request.headers, { team })
  if (viewer === undefined) throw new KyozoError('unauthorized', 'nobody is signed in')
  const { headers } = await translated(() =>
    library.api.setActiveOrganization({ body: { organizationId: viewer.teamId }, headers: request.headers, returnHeaders: true }),
  )
  return new Response(null, { status: 204, headers })
}

/** Only what a terminal may say: the library would also take whom the code is for. */
async function askDeviceCode({ library }: AccessContext, _access: Parts, request: Request): Promise<Response> {
  const { client_id } = await bodyOf(request, z.object({ client_id: z.string().max(60) }))
  return library.handler(withBody(request, { client_id }))
}

const terminalDays = 90
const exchangeShape = z.object({
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:device_code'),
  device_code: z.string().regex(/^[A-Za-z0-9]{1,100}$/),
  client_id: z.string().max(60),
})

/** The library gives a session; a terminal gets a token instead, which its person sees in the list of tokens and can revoke. */
async function exchangeDeviceCode({ db, library }: AccessContext, access: Parts, request: Request): Promise<Response> {
  const answer = await library.handler(withBody(request, await bodyOf(request, exchangeShape)))
  if (!answer.ok) return answer
  const { access_token, scope } = z.object({ access_token: z.string(), scope: z.string() }).parse(await answer.json())
  const session = await sessionOfToken(db, access_token)
  await endSession(db, access_token)
  const viewer = session && (await viewerOfMember(db, { userId: session.userId, teamId: scope, sessionId: session.id }))
  if (viewer === undefined)
    return Response.json({ error: 'access_denied', error_description: 'this person is of the team no more' }, { status: 400 })
  const expiresAt = new Date(Date.now() + terminalDays * 24 * 3_600_000)
  const { value } = await access.createToken(viewer, { name: 'terminal', scopes: tokenScopes, expiresAt })
  const body = { access_token: value, token_type: 'Bearer', expires_in: terminalDays * 24 * 3_600, scope: tokenScopes.join(' ') }
  return Response.json(body, { headers: { 'Cache-Control': 'no-store' } })
}

function withBody({ url, headers }: Request, body: object): Request {
  const kept = new Headers(headers)
  kept.delete('content-length')
  kept.set('content-type', 'application/json')
  return new Request(url, { method: 'POST', headers: kept, body: JSON.stringify(body) })
}

/** Names what is wrong; nothing that was not asked for is taken. */
async function bodyOf<T>(request: Request, shape: z.ZodType<T>): Promise<T> {
  const read = shape.safeParse(await request.json().catch(() => undefined))
  if (read.success) return read.data
  throw new KyozoError(
    'invalid',
    `the body is not right: ${read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('; ')}`,
  )
}

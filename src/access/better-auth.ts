// Access by better-auth. It does passwords, sessions, organizations, tokens, device codes and GitHub; this says when, for whom, and writes down
// that it happened, in one transaction with it.
import { hkdfSync, randomBytes } from 'node:crypto'
import { isAPIError } from 'better-auth/api'
import { hashPassword } from 'better-auth/crypto'
import { KyozoError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { makeFirstPerson, membershipsOf } from '../store/people.ts'
import { type Viewer, viewerOfMember } from '../store/viewer.ts'
import type { Access, Credentials, Session } from './access.ts'
import { deviceAccess } from './devices.ts'
import { handleAuth } from './handle.ts'
import { type InvitationCodes, invitationCodes } from './invitation-code.ts'
import { joining } from './join.ts'
import { type Library, type LibraryOptions, openLibrary } from './library.ts'
import { memberAccess } from './members.ts'
import { tokenAccess } from './tokens.ts'
import { translated } from './translate.ts'

export interface AccessOptions extends Omit<LibraryOptions, 'secret'> {
  readonly db: Database
  /** The key that secrets are sealed with. Another key is derived from it here, so that neither tells the other. */
  readonly key: Buffer
}

/** What the parts of access share. */
export interface AccessContext extends AccessOptions {
  readonly library: Library
  readonly invitationCodes: InvitationCodes
  /** The library inside a transaction. */
  within(db: Parameters<typeof openLibrary>[0]): Library
  sessionOf(headers: Headers): Promise<Session | undefined>
}

export function createAccess(options: AccessOptions): Access {
  const libraryOptions = { ...options, secret: secretFrom(options.key) }
  const library = openLibrary(options.db, libraryOptions)
  const context: AccessContext = {
    ...options,
    library,
    invitationCodes: invitationCodes(options.key),
    within: (db) => openLibrary(db, libraryOptions),
    sessionOf: (headers) => sessionOf(library, headers),
  }
  const access: Omit<Access, 'handle'> = {
    offersGithub: options.githubSignIn !== undefined,
    sessionOf: context.sessionOf,
    viewerOfSession: (headers, { team } = {}) => viewerOfSession(context, headers, team),
    signIn: (credentials, headers) => signIn(library, credentials, headers),
    signInWithGithub: (returnTo, headers) =>
      translated(() =>
        library.api.signInSocial({
          body: { provider: 'github', callbackURL: new URL(returnTo, options.baseUrl).href },
          headers,
          asResponse: true,
        }),
      ),
    signOut: (headers) => library.api.signOut({ headers, asResponse: true }),
    ...joining(context),
    ...deviceAccess(context),
    ...tokenAccess(context),
    ...memberAccess(context),
    makeFirstPerson: (teamId) => firstPerson(options.db, teamId),
  }
  return { ...access, handle: (request) => handleAuth(context, access, request) }
}

function secretFrom(key: Buffer): string {
  return Buffer.from(hkdfSync('sha256', key, 'kyozo', 'sessions and sign-in', 32)).toString('base64url')
}

const sessionCookie = /(?:^|;\s*)(?:__Secure-)?kyozo\.session_token=/

/** Whether a session cookie came at all: most requests of programs bring none, and need no look at the database. */
export function hasSessionCookie(cookies: string | null | undefined): boolean {
  return sessionCookie.test(cookies ?? '')
}

async function sessionOf(library: Library, headers: Headers): Promise<Session | undefined> {
  if (!hasSessionCookie(headers.get('cookie'))) return undefined
  const found = await library.api.getSession({ headers: new Headers({ cookie: headers.get('cookie')! }) })
  if (found === null) return undefined
  const { session, user } = found
  return {
    id: session.id,
    userId: user.id,
    name: user.name,
    email: user.email,
    activeTeamId: session.activeOrganizationId ?? null,
  }
}

async function viewerOfSession({ db, sessionOf }: AccessContext, headers: Headers, team: string | undefined): Promise<Viewer | undefined> {
  const session = await sessionOf(headers)
  if (session === undefined) return undefined
  const memberships = await membershipsOf(db, session.userId)
  const chosen =
    team === undefined
      ? (memberships.find(({ teamId }) => teamId === session.activeTeamId) ?? memberships[0])
      : memberships.find(({ slug }) => slug === team)
  if (chosen === undefined) {
    if (team === undefined) return undefined
    throw new KyozoError('not_found', `you belong to no team with the slug ${JSON.stringify(team.slice(0, 60))}`)
  }
  return viewerOfMember(db, { userId: session.userId, teamId: chosen.teamId, sessionId: session.id })
}

/** The library takes the same time for a person that there is and one that there is not. Its answer holds the session's token, which no page needs. */
async function signIn(library: Library, { email, password }: Credentials, headers: Headers): Promise<Response> {
  const { headers: cookies } = await library.api
    .signInEmail({ body: { email: email.trim().toLowerCase(), password }, headers, returnHeaders: true })
    .catch((error: unknown) => {
      if (!isAPIError(error)) throw error
      throw new KyozoError('unauthorized', 'the e-mail address or the password is not right')
    })
  return new Response(null, { status: 204, headers: cookies })
}

async function firstPerson(db: Database, teamId: string): Promise<Credentials | undefined> {
  const person = { email: 'admin@kyozo.localhost', password: randomBytes(18).toString('base64url') }
  const isMade = await makeFirstPerson(db, {
    teamId,
    name: 'admin',
    email: person.email,
    passwordHash: await hashPassword(person.password),
  })
  return isMade ? person : undefined
}

// A team with people in a test's own database, and the access library on it.

import type { Access } from '../../src/access/access.ts'
import { createAccess } from '../../src/access/better-auth.ts'
import type { GithubSignIn } from '../../src/config-forges.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import type { Database } from '../../src/store/database.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import type { Role } from '../../src/store/tables/access.ts'
import { createToken } from '../../src/store/tokens.ts'
import { type Viewer, viewerOf, viewerOfMember } from '../../src/store/viewer.ts'

export const baseUrl = 'http://kyozo.test'
export const password = 'correct horse battery staple'

export function accessOn(db: Database, options: { readonly githubSignIn?: GithubSignIn; readonly baseUrl?: string } = {}): Access {
  return createAccess({
    db,
    key: Buffer.alloc(32, 7),
    baseUrl: options.baseUrl ?? baseUrl,
    githubSignIn: options.githubSignIn,
    log: createLog('silent'),
  })
}

export interface Person {
  readonly userId: string
  readonly memberId: string
  readonly email: string
  /** As a browser sends it back. */
  readonly cookie: string
}

/** Somebody who was invited by kyozo's own program, joined with a password and is signed in. */
export async function person(
  db: Database,
  access: Access,
  { teamId, role = 'member' as Role, name = 'Ada' }: { teamId: string; role?: Role; name?: string },
): Promise<Person> {
  const email = `${name.toLowerCase()}-${newId().slice(-12)}@example.com`
  const { code } = await access.invite(await automation(db, teamId), { email, role })
  const answer = await access.join(code, { name, password }, new Headers())
  const user = await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirstOrThrow()
  const member = await db
    .selectFrom('members')
    .select('id')
    .where('userId', '=', user.id)
    .where('teamId', '=', teamId)
    .executeTakeFirstOrThrow()
  return { userId: user.id, memberId: member.id, email, cookie: cookieOf(answer) }
}

/** kyozo's own program in the team, an owner. */
export async function automation(db: Database, teamId: string): Promise<Viewer> {
  return (await viewerOf(db, await createToken(db, { teamId, name: 'automation' })))!
}

export async function viewerOfPerson(db: Database, { userId, teamId }: { userId: string; teamId: string }): Promise<Viewer> {
  return (await viewerOfMember(db, { userId, teamId, sessionId: newId() }))!
}

export function cookieOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0]!)
    .join('; ')
}

export function withCookie(cookie: string): Headers {
  return new Headers({ cookie })
}

/** A request below /api/auth, as kyozo hands it to the library. */
export function ask(method: string, path: string, options: { readonly cookie?: string; readonly body?: unknown } = {}): Request {
  return new Request(`${baseUrl}/api/auth${path}`, {
    method,
    headers: {
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
}

export { defaultTeam }

// What the rest of kyozo asks of the access library: who a request is, and the making of users, tokens and invitations. better-auth.ts is the one
// implementation; nobody else knows the library.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Role, TokenScope } from '../store/tables/access.ts'
import type { Viewer } from '../store/viewer.ts'

export interface Access {
  /** The viewer of a request with a session cookie, or undefined. A bearer token is not looked at here (store/viewer.ts does). */
  viewerOfSession(request: IncomingMessage): Promise<Viewer | undefined>
  /** Answers everything below /api/auth: sign in and out, GitHub OAuth, password change, device codes. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Makes a token for the viewer and returns it; this is the one time it can be read. */
  createToken(viewer: Viewer, token: NewToken): Promise<{ readonly id: string; readonly value: string }>
  revokeToken(viewer: Viewer, id: string): Promise<void>
  invite(
    viewer: Viewer,
    invitation: { readonly email: string; readonly role: Role },
  ): Promise<{ readonly id: string; readonly url: string }>
  cancelInvitation(viewer: Viewer, id: string): Promise<void>
  changeRole(viewer: Viewer, memberId: string, role: Role): Promise<void>
  removeMember(viewer: Viewer, memberId: string): Promise<void>
}

export interface NewToken {
  readonly name: string
  readonly scopes: readonly TokenScope[]
  /** Null for one that does not expire. */
  readonly expiresAt: Date | null
}

// What the rest of kyozo asks of the access library: who a request is, and the making of users, tokens and invitations. better-auth.ts is the one
// implementation; nobody else knows the library.
import type { Invitation } from '../store/invitations.ts'
import type { Role, TokenScope } from '../store/tables/access.ts'
import type { Viewer } from '../store/viewer.ts'

export interface Access {
  /** Whether people can sign in with an account at GitHub. */
  readonly offersGithub: boolean
  /** Who is signed in, or undefined: no cookie, an expired one, or one that was ended. */
  sessionOf(headers: Headers): Promise<Session | undefined>
  /**
   * The viewer that a signed-in person is, in the team of that slug; without one in the team that was last chosen, else the first joined.
   * Undefined when nobody is signed in or the person is of no team; throws `not_found` when the person is not of the team that was named.
   */
  viewerOfSession(headers: Headers, options?: { readonly team?: string | undefined }): Promise<Viewer | undefined>
  /** Answers what is allowed below /api/auth, and 404 to everything else. */
  handle(request: Request): Promise<Response>
  /** Signs in, and answers with the cookie. Throws `unauthorized`, in the same words for a wrong password and an unknown person. */
  signIn(credentials: Credentials, headers: Headers): Promise<Response>
  /** Answers with the way to GitHub; it leads back to `returnTo`. */
  signInWithGithub(returnTo: string, headers: Headers): Promise<Response>
  signOut(headers: Headers): Promise<Response>
  /** The invitation that a code is for while it can be accepted. The code is what its address ends with; the id is none. */
  invitationOf(code: string): Promise<Invitation | undefined>
  /** Makes a person from an invitation, a member of its team, and signs in. */
  join(invitationCode: string, person: { readonly name: string; readonly password: string }, headers: Headers): Promise<Response>
  /** Who is signed in becomes a member of the invitation's team. */
  acceptInvitation(invitationCode: string, headers: Headers): Promise<void>
  /** Whether a terminal waits with this code; from now on only this person can let it in. Throws `invalid` when none does. */
  reviewDevice(code: string, headers: Headers): Promise<void>
  answerDevice(answer: { readonly code: string; readonly isApproved: boolean; readonly viewer: Viewer }, headers: Headers): Promise<void>
  /** Makes a token for the viewer and returns it; this is the one time it can be read. */
  createToken(viewer: Viewer, token: NewToken, origin?: Origin): Promise<{ readonly id: string; readonly value: string }>
  /** One's own, or as an admin anybody's of the team. It works no more when this returns. */
  revokeToken(viewer: Viewer, id: string, origin?: Origin): Promise<void>
  createTeam(viewer: Viewer, team: NewTeam, origin?: Origin): Promise<{ readonly id: string }>
  /** The code and the address, which ends with it, are for the invited person; this is the one time that they can be read. */
  invite(
    viewer: Viewer,
    invitation: NewInvitation,
    origin?: Origin,
  ): Promise<{ readonly id: string; readonly code: string; readonly url: string }>
  cancelInvitation(viewer: Viewer, id: string, origin?: Origin): Promise<void>
  /** Sessions and tokens of the person end: rights change with a new login. The last owner stays one. */
  changeRole(viewer: Viewer, change: { readonly memberId: string; readonly role: Role }, origin?: Origin): Promise<void>
  removeMember(viewer: Viewer, memberId: string, origin?: Origin): Promise<void>
  /** Makes the first person when there is none, and returns what to sign in with; this is the one time that the password can be read. */
  makeFirstPerson(teamId: string): Promise<Credentials | undefined>
}

export interface Session {
  readonly id: string
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly activeTeamId: string | null
}

export interface Credentials {
  readonly email: string
  readonly password: string
}

export interface NewToken {
  readonly name: string
  readonly scopes: readonly TokenScope[]
  /** Null for one that does not expire. Default is that, or the end of the token that makes it: no token outlives its maker by another. */
  readonly expiresAt?: Date | null
}

export interface NewTeam {
  readonly name: string
  readonly slug: string
}

export interface NewInvitation {
  readonly email: string
  readonly role: Role
}

/** Where a request came from, for the audit trail. */
export interface Origin {
  readonly ipAddress?: string | undefined
}

// The library asks for a session of its own wherever a person changes a team. A viewer may have come with a token, or be in another team's
// name for this one request, so kyozo hands the library the viewer instead. Nothing but kyozo's own calls can reach this.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { BetterAuthPlugin } from 'better-auth'
import { createAuthMiddleware } from 'better-auth/api'

interface Actor {
  readonly user: { readonly id: string; readonly email: string; readonly name: string; readonly emailVerified: boolean }
  readonly session: { readonly id: string; readonly token: string; readonly userId: string; readonly activeOrganizationId: string }
}

const acting = new AsyncLocalStorage<Actor>()
const joining = new AsyncLocalStorage<string>()

export function actingAs<T>(actor: Actor, work: () => Promise<T>): Promise<T> {
  return acting.run(actor, work)
}

/** While a person of this address is made from an invitation that was checked. */
export function joiningAs<T>(email: string, work: () => Promise<T>): Promise<T> {
  return joining.run(email, work)
}

export function isJoining(email: string): boolean {
  return joining.getStore() === email
}

export function actAsViewer(): BetterAuthPlugin {
  return {
    id: 'kyozo-viewer',
    hooks: {
      before: [
        {
          matcher: () => acting.getStore() !== undefined,
          handler: createAuthMiddleware(async (context) => {
            const now = new Date()
            const actor = acting.getStore()!
            const dates = { createdAt: now, updatedAt: now }
            context.context.session = {
              user: { ...actor.user, ...dates },
              session: { ...actor.session, ...dates, expiresAt: new Date(now.getTime() + 60_000) },
            }
            return { context }
          }),
        },
      ],
    },
  }
}

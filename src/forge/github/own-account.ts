// Who kyozo is on GitHub, so that it changes what it wrote itself and nothing that somebody else made look like it.
import { z } from 'zod'
import type { ForgeConnection } from '../forge.ts'
import { askGitHub } from './api.ts'
import { throwIfLater } from './repository-api.ts'
import type { TokenNeed, Tokens } from './tokens.ts'

/** An app as GitHub names it beside what it made. Some connections know theirs by its client id. */
export const appSchema = z.object({ id: z.number(), client_id: z.string().optional() })

export const writtenBySchema = z.object({
  user: z.object({ id: z.number(), type: z.string() }).nullable(),
  performed_via_github_app: appSchema.nullish(),
})

export type WrittenBy = z.infer<typeof writtenBySchema>

export interface OwnAccount {
  /**
   * Tells what kyozo wrote from what others did. A token whose account GitHub does not tell, such as one of a workflow, has written nothing that kyozo
   * could recognise. Throws `forge_unavailable` when GitHub does not answer.
   */
  recognize(need: TokenNeed): Promise<(written: WrittenBy) => boolean>
  isOwnApp(app: z.infer<typeof appSchema> | null | undefined): boolean
}

interface Parts {
  readonly connection: ForgeConnection
  readonly tokens: Tokens
  readonly now: () => number
  readonly deadlineMs: number
}

export function createOwnAccount(parts: Parts): OwnAccount {
  const { credential } = parts.connection
  const isOwnApp: OwnAccount['isOwnApp'] = (app) =>
    credential.kind === 'app' && app != null && (String(app.id) === credential.appId || app.client_id === credential.appId)
  let userId: number | undefined
  return {
    isOwnApp,
    async recognize(need) {
      // What a person did through the app's pages names the app as well, and is the person's.
      if (credential.kind === 'app') return ({ user, performed_via_github_app: app }) => user?.type === 'Bot' && isOwnApp(app)
      userId ??= await askForUser(parts, need)
      const known = userId
      return ({ user }) => known !== undefined && user?.id === known
    },
  }
}

const userSchema = z.object({ id: z.int().positive() })

async function askForUser({ connection, tokens, now, deadlineMs }: Parts, need: TokenNeed): Promise<number | undefined> {
  const token = await tokens.tokenFor(need)
  if (token === undefined) return undefined
  const answer = await askGitHub({ method: 'GET', url: `${connection.apiUrl}/user`, authorization: `Bearer ${token}`, deadlineMs })
  throwIfLater(answer, now())
  return answer.status === 200 ? userSchema.safeParse(answer.body).data?.id : undefined
}

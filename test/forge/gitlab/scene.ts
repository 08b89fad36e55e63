// A project at a GitLab, and kyozo's client for it.

import { gitlabConnection } from '../../../src/forge/gitlab/connection.ts'
import { forges } from '../../../src/forge/index.ts'
import type { ForgeMessage, SendOptions } from '../../../src/forge/messages.ts'
import { type GitLabDouble, type GitLabOptions, startGitLab } from '../../support/gitlab/gitlab.ts'
import type { GitLabRepository } from '../../support/gitlab/repository.ts'

type MessageOf<Kind extends ForgeMessage['kind']> = Extract<ForgeMessage, { readonly kind: Kind }>

export interface Scene {
  readonly gitlab: GitLabDouble
  readonly shop: GitLabRepository
  /** As kyozo names it. */
  readonly repository: { readonly id: string; readonly fullName: string }
  readonly sha: string
  /** The client of a token. Default is one that may everything that kyozo does. */
  client(token?: string, webhookSecret?: string): ReturnType<typeof forges.gitlab.connect>
  /** Sends by the usual client. */
  send<Kind extends ForgeMessage['kind']>(
    kind: Kind,
    message: Omit<MessageOf<Kind>, 'kind' | 'repository'>,
    options?: SendOptions,
  ): ReturnType<ReturnType<typeof forges.gitlab.connect>['send']>
}

export async function openScene(options: GitLabOptions = {}): Promise<Scene> {
  const gitlab = await startGitLab(options)
  const shop = await gitlab.createRepository({ fullName: 'acme/team/shop', isPrivate: true })
  const { sha } = await shop.push({ change: { files: { 'README.md': '# shop\n' } } })
  const repository = { id: String(shop.id), fullName: 'acme/team/shop' }
  const usual = gitlab.createToken()
  const client: Scene['client'] = (token = usual, webhookSecret = 'a long random text') =>
    forges.gitlab.connect(gitlabConnection({ apiUrl: gitlab.webUrl, webhookSecret, token }), { now: options.now ?? Date.now })
  const mine = client()
  return {
    ...{ gitlab, shop, repository, sha, client },
    send: (kind, message, how) => mine.send({ kind, repository, ...message } as unknown as ForgeMessage, how),
  }
}

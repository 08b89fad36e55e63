// What the tests of the client share: a double with a private repository, and a client that was given a token for it.
import type { ForgeClient } from '../../../src/forge/client.ts'
import { giteaConnection } from '../../../src/forge/gitea/connection.ts'
import { forges } from '../../../src/forge/index.ts'
import { type GiteaDouble, type GiteaOptions, type GiteaRepository, startGitea } from '../../support/gitea/gitea.ts'

export const webhookSecret = 'a secret that only Gitea and kyozo know'

export interface Scene {
  readonly gitea: GiteaDouble
  readonly shop: GiteaRepository
  /** As messages and questions name it. */
  readonly repository: { readonly id: string; readonly fullName: string }
  /** The newest commit of main. */
  readonly sha: string
  readonly token: string
  /** By the clock of the double unless another is given. */
  connect(token?: string, now?: () => number): ForgeClient
}

export async function startScene(options: GiteaOptions = {}): Promise<Scene> {
  const gitea = await startGitea(options)
  const shop = await gitea.createRepository({ fullName: 'acme/shop', isPrivate: true })
  const { sha } = await shop.push({ change: { files: { 'README.md': '# shop\n' } } })
  const token = gitea.createToken()
  return {
    gitea,
    shop,
    repository: { id: String(shop.id), fullName: 'acme/shop' },
    sha,
    token,
    connect: (given = token, now = options.now ?? Date.now) =>
      forges.gitea.connect(giteaConnection({ apiUrl: gitea.webUrl, webhookSecret, token: given }), { now, deadlineMs: 2_000 }),
  }
}

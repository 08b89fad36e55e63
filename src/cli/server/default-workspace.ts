// The workspace of the repository that one stands in: by the remote that is this kyozo, or by the repository at a Git host that it follows.
import { remotesAround } from '../../git/remotes.ts'
import type { JsonApiResource } from './answers.ts'
import type { Server } from './server.ts'

/** Undefined outside of a repository, and in one that this kyozo does not know. */
export async function defaultWorkspace(server: Server): Promise<JsonApiResource | undefined> {
  const remotes = await remotesAround(process.cwd())
  const ordered = [...remotes].sort(([a], [b]) => rank(a) - rank(b))
  for (const [name, url] of ordered) {
    const filter = filterOf(server.url, { name, url })
    if (filter === undefined) continue
    const [found] = (await server.list(`/api/v1/workspaces?${filter}&page[size]=1`)).resources
    if (found !== undefined) return found
  }
  return undefined
}

function rank(remote: string): number {
  return remote === 'kyozo' ? 0 : remote === 'origin' ? 1 : 2
}

/** A remote called kyozo may spell the server’s address in another way. */
export function filterOf(server: string, remote: { readonly name: string; readonly url: string }): string | undefined {
  if (!URL.canParse(remote.url)) return repositoryFilter(/^[^/:]+@?[^/:]*:(.+)$/.exec(remote.url)?.[1])
  const url = new URL(remote.url)
  const workspace = /\/git\/([^/]+?)(?:\.git)?\/?$/.exec(url.pathname)?.[1]
  const isHere = url.host === new URL(server).host || remote.name === 'kyozo'
  if (workspace !== undefined && isHere) return `filter[name]=${encodeURIComponent(decodeURIComponent(workspace))}`
  return repositoryFilter(url.pathname)
}

/** `owner/name` of a Git host. */
function repositoryFilter(path: string | undefined): string | undefined {
  const name = /^\/?([^/]+(?:\/[^/]+)+)$/.exec((path ?? '').replace(/\/$/, '').replace(/\.git$/, ''))?.[1]
  return name === undefined ? undefined : `filter[repository_name]=${encodeURIComponent(name)}`
}

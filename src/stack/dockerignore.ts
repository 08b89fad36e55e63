// Which files of a context never reach the builder, by the repository's own .dockerignore.
import dockerignore from '@balena/dockerignore'
import type { SourceTree } from '../git/source-tree.ts'
import { joinPath } from '../topology/paths.ts'

export interface DockerignorePlace {
  readonly context: string
  /** Path of the Dockerfile from the repository's root. */
  readonly dockerfile: string
}

/**
 * Says for a path below the context whether Docker would leave it out. As in BuildKit, `<Dockerfile>.dockerignore` beside the Dockerfile wins
 * over `.dockerignore` at the context's root. Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function dockerignoreOf(tree: SourceTree, place: DockerignorePlace): (pathInContext: string) => boolean {
  const own = `${place.dockerfile}.dockerignore`
  const path = tree.entries.has(own) ? own : joinPath(place.context, '.dockerignore')
  const text = tree.text(path)
  if (text === undefined) return () => false
  const rules = dockerignore.default({ ignorecase: false }).add(text.replace(/^\uFEFF/, ''))
  return (pathInContext) => rules.ignores(pathInContext)
}

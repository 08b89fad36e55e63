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
  const rules = dockerignore.default({ ignorecase: false }).add(matchable(text.replace(/^\uFEFF/, '')))
  return (pathInContext) => rules.ignores(pathInContext)
}

/** More wildcards than anybody writes make a pattern whose time grows with as many powers of a path's length: such lines are passed over. */
const starsLimit = 3
const deepStarsLimit = 2
const linesLimit = 1_000

/** Parentheses and their like are plain characters of a name; the library hands them to a regular expression, where `(a+)+` never ends. */
function matchable(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.length <= 1_000 && count(line, '*') <= starsLimit + count(line, '**') * 2 && count(line, '**') <= deepStarsLimit)
    .map((line) => line.replace(/(?<!\\)[()+|{}]/g, '\\$&'))
    .filter(isPattern)
    .slice(0, linesLimit)
    .join('\n')
}

/** The builder refuses what is none, and says so. */
function isPattern(line: string): boolean {
  try {
    dockerignore.default().add(line).ignores('any')
    return true
  } catch {
    // An open bracket: the library passes on what its regular expression says.
    return false
  }
}

function count(line: string, words: string): number {
  return line.split(words).length - 1
}

// What the builder is given for one service: the files that decide its image, and no others.
import { KyozoError } from '../errors.ts'
import type { SourceTree } from '../git/source-tree.ts'
import { pathsBelow } from '../git/tree-node.ts'
import { createMatcher } from '../topology/globs.ts'
import { isWithin, relativeTo } from '../topology/paths.ts'
import type { BuildSpec } from '../topology/topology.ts'
import { byCodeUnit } from './canonical.ts'
import { committedFile } from './committed/file.ts'
import { type ContextSource, contextSources } from './dockerfile.ts'
import { dockerignoreOf } from './dockerignore.ts'
import type { BuildInput } from './stack.ts'
import type { RenderedTemplate } from './template.ts'

export interface IgnoreRules {
  /** The folder that the globs are written for. */
  readonly folder: string
  readonly globs: readonly string[]
}

export interface DockerfileBuild {
  readonly service: string
  readonly spec: Extract<BuildSpec, { kind: 'dockerfile' }>
  readonly ignore: IgnoreRules
  /** The Dockerfile's text when the compose file holds it itself. Default is the file's. */
  readonly inlineDockerfile?: string
}

/** A build by the repository's own Dockerfile. Throws `dockerfile_refused` when there is no such file or it cannot be read. */
export function dockerfileBuildInput(tree: SourceTree, { service, spec, ignore, inlineDockerfile }: DockerfileBuild): BuildInput {
  const dockerfile = inlineDockerfile ?? readDockerfile(tree, { service, path: spec.dockerfile })
  const isLeftOut = dockerignoreOf(tree, { context: spec.context, dockerfile: spec.dockerfile })
  const sent = filesBelow(tree, spec.context).filter((path) => !isLeftOut(relativeTo(spec.context, path)))
  return {
    context: spec.context,
    files: dropIgnored(narrow({ tree, files: sent, context: spec.context, dockerfile }), ignore),
    dockerfile,
    ...(spec.target === undefined ? {} : { target: spec.target }),
    args: spec.args ?? {},
  }
}

/** A build by a template: its Dockerfile, and the files that it names. */
export function templateBuildInput(tree: SourceTree, rendered: RenderedTemplate, ignore: IgnoreRules): BuildInput {
  const files = rendered.files.filter((path) => isSent(tree, path)).sort(byCodeUnit)
  return { context: rendered.context, files: dropIgnored(files, ignore), dockerfile: rendered.dockerfile, args: {} }
}

/** Empty while the text is still to be loaded: the caller loads what `tree.wanted` names and asks again. */
function readDockerfile(tree: SourceTree, { service, path }: { service: string; path: string }): string {
  const text = tree.text(path)
  if (text !== undefined) return text
  if (tree.wanted.has(path)) return ''
  const entry = tree.entries.get(path)
  const problem = entry === undefined ? 'is not in the commit' : 'is not a text file of at most 256 KiB'
  throw new KyozoError('dockerfile_refused', `${service} is built by ${path}, which ${problem}`, {
    service,
    hint: entry === undefined ? 'commit the Dockerfile, or correct the path that names it' : 'make it an ordinary file, not a link',
  })
}

function filesBelow(tree: SourceTree, folder: string): readonly string[] {
  return pathsBelow(tree.root, folder)
    .filter((path) => isSent(tree, path))
    .sort(byCodeUnit)
}

/** Files of submodules are not in the commit. And what kyozo commits back says how images are run: it is in none, and makes none anew. */
function isSent(tree: SourceTree, path: string): boolean {
  return path !== committedFile && tree.entries.get(path)?.mode !== '160000'
}

interface Narrowing {
  readonly tree: SourceTree
  readonly files: readonly string[]
  readonly context: string
  readonly dockerfile: string
}

/** Patterns with more stars match in time that grows with as many powers of a path's length: such a Dockerfile reads everything. */
const starsLimit = 3

/** Only what the Dockerfile copies, where that is certain: a change elsewhere then rebuilds nothing. */
function narrow({ tree, files, context, dockerfile }: Narrowing): readonly string[] {
  const read = contextSources(dockerfile)
  if (read.kind === 'everything' || read.sources.some(({ pattern }) => pattern.split('*').length - 1 > starsLimit)) return files
  const links = files.filter((path) => tree.entries.get(path)?.mode === '120000').map((path) => relativeTo(context, path))
  if (links.some((link) => read.sources.some((source) => leadsThrough(source, link)))) return files
  const matchers = read.sources.map(({ pattern }) => patternRegExp(pattern, '(?:/|$)'))
  return files.filter((path) => matchers.some((matcher) => matcher.test(relativeTo(context, path))))
}

/** The builder follows a link that is a source itself or above one, to a place that this reading does not know. */
function leadsThrough({ pattern }: ContextSource, link: string): boolean {
  const folders = pattern.split('/').map((_, at, segments) => segments.slice(0, at + 1).join('/'))
  return folders.some((folder) => patternRegExp(folder, '$').test(link))
}

/** Go's filepath.Match: a star stays within one name. */
function patternRegExp(pattern: string, end: string): RegExp {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}${end}`)
}

function dropIgnored(files: readonly string[], { folder, globs }: IgnoreRules): readonly string[] {
  if (globs.length === 0) return files
  const isIgnored = createMatcher(globs)
  return files.filter((path) => !isWithin(path, folder) || !isIgnored(relativeTo(folder, path)))
}

// What a Dockerfile says about its image and its context, as far as it can be known without running it. Where it cannot, the answer is the
// careful one: it may read everything, and it may start as root.
import type { Copy, From, Instruction, JSONInstruction, Run } from 'dockerfile-ast'
import { parseDockerfile } from '../topology/dockerfile/parse.ts'

/** A source path of the context: literal, or with the wildcards of Go's filepath.Match. */
export interface ContextSource {
  /** Relative to the context, without `./` or a leading slash; `"."` for all of it. */
  readonly pattern: string
}

export type ContextSources = { readonly kind: 'everything' } | { readonly kind: 'paths'; readonly sources: readonly ContextSource[] }

const everything: ContextSources = { kind: 'everything' }

/** The parts of the context that a build reads. */
export function contextSources(dockerfile: string): ContextSources {
  const instructions = parseDockerfile(dockerfile).getInstructions()
  const sources: ContextSource[] = []
  for (const instruction of instructions) {
    const read = sourcesOf(instruction)
    if (read === undefined) return everything
    sources.push(...read)
  }
  if (sources.some(({ pattern }) => pattern === '.')) return everything
  return { kind: 'paths', sources }
}

/** Whether the image's process starts as a user other than root because the Dockerfile says so. */
export function startsUnprivileged(dockerfile: string): boolean {
  const user = userOf(dockerfile)
  return user !== undefined && isUnprivileged(user)
}

/** The user that the last stage, or the nearest of those that it is built on, names. */
export function userOf(dockerfile: string): string | undefined {
  const stages = readStages(dockerfile)
  let stage = stages.at(-1)
  for (let depth = 0; stage !== undefined && depth < stages.length; depth += 1) {
    if (stage.user !== undefined) return stage.user
    const parent: string | undefined = stage.from
    stage = stages.find(({ name }) => name !== undefined && name === parent)
  }
  return undefined
}

/** The names of a Dockerfile's stages by their numbers, in lower case. */
export function stageNames(dockerfile: string): readonly (string | undefined)[] {
  return readStages(dockerfile).map(({ name }) => name)
}

interface Stage {
  readonly name: string | undefined
  readonly from: string | undefined
  user?: string
}

function readStages(dockerfile: string): readonly Stage[] {
  const stages: Stage[] = []
  for (const instruction of parseDockerfile(dockerfile).getInstructions()) {
    const keyword = instruction.getKeyword()
    if (keyword === 'FROM') {
      const from = instruction as From
      stages.push({ name: from.getBuildStage()?.toLowerCase(), from: from.getImage()?.toLowerCase() })
    }
    const stage = stages.at(-1)
    if (keyword === 'USER' && stage !== undefined) stage.user = instruction.getArgumentsContent()?.trim()
  }
  return stages
}

function isUnprivileged(user: string): boolean {
  const name = user.split(':')[0] ?? ''
  return name !== '' && name !== 'root' && !/^0+$/.test(name) && !name.includes('$')
}

/** The context's paths that one instruction reads; undefined when they cannot be known. */
function sourcesOf(instruction: Instruction): readonly ContextSource[] | undefined {
  const keyword = instruction.getKeyword()
  if (keyword === 'COPY' || keyword === 'ADD') return copySources(instruction as Copy)
  if (keyword === 'RUN') return mountSources(instruction as Run)
  // An image made for ONBUILD copies the context in steps that its own Dockerfile holds.
  if (keyword === 'FROM') return /onbuild/i.test((instruction as From).getImage() ?? '') ? undefined : []
  return keyword === 'ONBUILD' ? undefined : []
}

function copySources(copy: Copy): readonly ContextSource[] | undefined {
  if (copy.getFlags().some((flag) => flag.getName() === 'from')) return []
  if (copy.getHeredocs().length > 0) return undefined
  const words = copyWords(copy)
  if (words === undefined || words.length < 2) return undefined
  return readPatterns(words.slice(0, -1).filter((word) => !isRemote(word)))
}

/** Sources and destination of a COPY in its list or its shell form. */
function copyWords(copy: JSONInstruction): readonly string[] | undefined {
  const content = copy.getArgumentsContent()?.trim() ?? ''
  if (!content.startsWith('[')) return copy.getArguments().map((argument) => argument.getValue())
  try {
    const words: unknown = JSON.parse(content)
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined
  } catch {
    // Docker reads a malformed list as words; that nobody means it makes it not worth following.
    return undefined
  }
}

function mountSources(run: Run): readonly ContextSource[] | undefined {
  const patterns: string[] = []
  for (const flag of run.getFlags()) {
    if (flag.getName() !== 'mount') continue
    const options = new Map((flag.getValue() ?? '').split(',').map((option) => splitOption(option)))
    const readsContext = (options.get('type') ?? 'bind') === 'bind' && !options.has('from')
    if (readsContext) patterns.push(options.get('source') ?? options.get('src') ?? '.')
  }
  return readPatterns(patterns)
}

function splitOption(option: string): [string, string] {
  const at = option.indexOf('=')
  return at < 0 ? [option.toLowerCase(), ''] : [option.slice(0, at).toLowerCase(), option.slice(at + 1)]
}

function readPatterns(words: readonly string[]): readonly ContextSource[] | undefined {
  const patterns = words.map(readPattern)
  return patterns.includes(undefined) ? undefined : patterns.filter((pattern) => pattern !== undefined).map((pattern) => ({ pattern }))
}

/** With more stars a name written to that end would take minutes to match. */
const starsLimit = 2

/** A variable, a quote or an escape makes a path that only the builder knows. */
function readPattern(word: string): string | undefined {
  if (/[$"'\\[\]]|\*\*/.test(word) || word.split('*').length - 1 > starsLimit) return undefined
  const segments: string[] = []
  for (const segment of word.split('/')) {
    if (segment === '' || segment === '.') continue
    // Docker keeps a path that climbs out inside the context's root.
    if (segment === '..') segments.pop()
    else segments.push(segment)
  }
  return segments.length === 0 ? '.' : segments.join('/')
}

function isRemote(word: string): boolean {
  return /^(https?:\/\/|git@|ssh:\/\/|git:\/\/)/i.test(word)
}

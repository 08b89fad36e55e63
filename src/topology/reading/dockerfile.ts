// What a Dockerfile says about the service it builds.
import { DockerfileParser, type Instruction } from 'dockerfile-ast'
import { dockerfileLimit } from '../limits.ts'
import type { Evidence, HealthSpec, ServiceType } from '../topology.ts'
import { asPort } from './data.ts'

export interface DockerfileStage {
  readonly name: string | undefined
  readonly image: string
  readonly line: number
}

export interface DockerfileFacts {
  readonly path: string
  readonly stages: readonly DockerfileStage[]
  /** The runtime that its last stage, or the stage it copies from, is made for. */
  readonly language: ServiceType | undefined
  /** The repository of the last stage's image without registry and tag, such as `nginx`. */
  readonly base: string | undefined
  readonly ports: readonly { readonly port: number; readonly line: number }[]
  readonly health: { readonly spec: HealthSpec; readonly line: number } | undefined
  /** CMD or ENTRYPOINT of the last stage as one line of words. */
  readonly command: { readonly text: string; readonly line: number } | undefined
  readonly user: { readonly name: string; readonly line: number } | undefined
  readonly environment: readonly { readonly name: string; readonly value: string }[]
  /** What COPY and ADD take from the context. */
  readonly sources: readonly { readonly path: string; readonly line: number }[]
  readonly evidence: Evidence
}

/** Which images belong to which runtime; matched against the last part of an image's name. */
const languageImages: Readonly<Record<string, ServiceType>> = {
  node: 'nodejs', 'nodejs': 'nodejs', python: 'python', golang: 'golang', go: 'golang', bun: 'bun', deno: 'deno', rust: 'rust', ruby: 'ruby', php: 'php',
  openjdk: 'java', 'eclipse-temurin': 'java', maven: 'java', gradle: 'java', elixir: 'elixir', swift: 'swift', dart: 'dart', crystal: 'crystal',
  haskell: 'haskell', gleam: 'gleam', aspnet: 'dotnet', sdk: 'dotnet', gcc: 'cpp', uv: 'python',
  nginx: 'static_site', 'nginx-unprivileged': 'static_site', caddy: 'static_site', httpd: 'static_site', 'static-web-server': 'static_site',
} // biome-ignore format: a table

/** Ports that images listen on when a Dockerfile exposes none. */
const usualPorts: Readonly<Record<string, number>> = {
  nginx: 80,
  caddy: 80,
  httpd: 80,
  'nginx-unprivileged': 8080,
  'static-web-server': 80,
}

/** Reads a Dockerfile as far as `target`, the stage that is built; the last one when none is named. */
export function readDockerfile(path: string, text: string, target?: string): DockerfileFacts {
  const instructions = DockerfileParser.parse(text.slice(0, dockerfileLimit)).getInstructions()
  const named = (keyword: string, from: readonly Instruction[]) => from.filter((item) => item.getKeyword() === keyword)
  const allStages = named('FROM', instructions).map(readStage)
  const wanted = target === undefined ? -1 : allStages.findIndex(({ name }, index) => name === target || String(index) === target)
  const stages = wanted < 0 ? allStages : allStages.slice(0, wanted + 1)
  const last = inheritedInstructions(instructions, stages)
  const base = resolveBase(stages)
  const baseName = base === undefined ? undefined : imageName(base)
  const exposed = named('EXPOSE', last).flatMap(readPorts)
  const usual = baseName !== undefined && Object.hasOwn(usualPorts, baseName) ? usualPorts[baseName] : undefined
  return {
    path,
    stages,
    language: languageOf(stages, last),
    base: baseName,
    ports: exposed.length > 0 || usual === undefined ? exposed : [{ port: usual, line: stages.at(-1)?.line ?? 1 }],
    health: named('HEALTHCHECK', last).map(readHealth).at(-1),
    command: commandOf(last),
    user: named('USER', last)
      .map((item) => ({ name: wordsOf(item)[0] ?? '', line: lineOfInstruction(item) }))
      .at(-1),
    environment: named('ENV', last).flatMap(readEnvironment),
    sources: [...named('COPY', instructions), ...named('ADD', instructions)].flatMap(readSources),
    evidence: { path, line: stages[0]?.line ?? 1, fact: stages[0] === undefined ? 'Dockerfile' : `Dockerfile from ${stages[0].image}` },
  }
}

/** What the built stage says, after what it inherits from the stages it is built on. */
function inheritedInstructions(instructions: readonly Instruction[], stages: readonly DockerfileStage[]): Instruction[] {
  const starts = instructions.flatMap((item, index) => (item.getKeyword() === 'FROM' ? [index] : []))
  const inherited: Instruction[] = []
  for (let at = stages.length - 1; at >= 0; at = parentOf(at, stages)) {
    inherited.unshift(...instructions.slice(starts[at], starts[at + 1] ?? instructions.length))
  }
  return inherited
}

/** The stage that a stage is built on, or -1 when that is an image. */
function parentOf(at: number, stages: readonly DockerfileStage[]): number {
  return stages.slice(0, at).findLastIndex(({ name }) => name !== undefined && name === stages[at]?.image)
}

function readPorts(item: Instruction): { port: number; line: number }[] {
  return wordsOf(item).flatMap((word) => {
    const port = word.endsWith('/udp') ? undefined : asPort(word.split('/')[0])
    return port === undefined ? [] : [{ port, line: lineOfInstruction(item) }]
  })
}

function readStage(item: Instruction): DockerfileStage {
  const words = wordsOf(item)
  return { image: words[0] ?? '', name: words[1]?.toLowerCase() === 'as' ? words[2] : undefined, line: lineOfInstruction(item) }
}

/** The image under the last stage, through stages that build on one another. */
function resolveBase(stages: readonly DockerfileStage[]): string | undefined {
  let at = stages.length - 1
  for (let parent = parentOf(at, stages); parent >= 0; parent = parentOf(at, stages)) at = parent
  return stages[at]?.image
}

function languageOf(stages: readonly DockerfileStage[], last: readonly Instruction[]): ServiceType | undefined {
  const own = languageImage(resolveBase(stages))
  if (own !== undefined) return own
  const copied = last.filter((item) => item.getKeyword() === 'COPY').map((item) => flagOf(item, 'from'))
  const from = stages.find((stage, index) => copied.includes(stage.name ?? String(index)))
  return from === undefined ? undefined : languageImage(resolveBase(stages.slice(0, stages.indexOf(from) + 1)))
}

function languageImage(image: string | undefined): ServiceType | undefined {
  if (image === undefined) return undefined
  const name = imageName(image)
  if (Object.hasOwn(languageImages, name)) return languageImages[name]
  const runtime = /^(?:nodejs|python3|java)/.exec(name)?.[0]
  return runtime === 'nodejs' ? 'nodejs' : runtime === 'python3' ? 'python' : runtime === 'java' ? 'java' : undefined
}

export function imageName(image: string): string {
  const [repository = ''] = image.split('@')
  return (repository.split('/').at(-1) ?? '').split(':')[0] ?? ''
}

function readHealth(item: Instruction): { spec: HealthSpec; line: number } {
  const raw = item.getRawArgumentsContent() ?? ''
  const line = lineOfInstruction(item)
  if (/^\s{0,20}NONE\b/i.test(raw)) return { spec: { kind: 'none' }, line }
  const url = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d{1,5}))?(\/[^\s"'|&;)?]{0,200})?/.exec(raw)
  if (url !== null) {
    const port = asPort(url[1])
    return { spec: { kind: 'http', path: url[2] ?? '/', ...(port === undefined ? {} : { port }) }, line }
  }
  const words = wordsOf(item)
  const command = words[0]?.toUpperCase() === 'CMD' ? words.slice(1).join(' ') : words.join(' ')
  return { spec: { kind: 'exec', command: jsonWords(command) ?? ['/bin/sh', '-c', command] }, line }
}

function commandOf(last: readonly Instruction[]): { text: string; line: number } | undefined {
  const commands = last.filter((item) => item.getKeyword() === 'CMD' || item.getKeyword() === 'ENTRYPOINT')
  const entry = commands.findLast((item) => item.getKeyword() === 'ENTRYPOINT')
  const arguments_ = commands.findLast((item) => item.getKeyword() === 'CMD')
  const parts = [entry, arguments_].filter((item) => item !== undefined).map(commandText)
  const first = entry ?? arguments_
  return first === undefined ? undefined : { text: parts.join(' ').slice(0, 500), line: lineOfInstruction(first) }
}

function commandText(item: Instruction): string {
  const raw = (item.getArgumentsContent() ?? '').trim()
  return jsonWords(raw)?.join(' ') ?? raw
}

function jsonWords(text: string): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined
  try {
    const words: unknown = JSON.parse(text)
    return Array.isArray(words) ? words.map(String) : undefined
  } catch {
    // The exec form with anything but JSON is a shell command to the builder as well.
    return undefined
  }
}

function readEnvironment(item: Instruction): { name: string; value: string }[] {
  const words = wordsOf(item)
  if (words.length > 1 && !words[0]?.includes('=')) return [{ name: words[0] ?? '', value: words.slice(1).join(' ') }]
  return words.flatMap((word) => {
    const at = word.indexOf('=')
    return at < 1 ? [] : [{ name: word.slice(0, at), value: word.slice(at + 1).replace(/^"|"$/g, '') }]
  })
}

function readSources(item: Instruction): { path: string; line: number }[] {
  if (flagOf(item, 'from') !== undefined) return []
  const words = jsonWords(item.getArgumentsContent() ?? '') ?? wordsOf(item)
  const line = lineOfInstruction(item)
  return words
    .slice(0, -1)
    .filter((word) => !/^(?:[a-z]{2,10}:\/\/|git@|<<)/.test(word))
    .map((word) => ({ path: word.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '') || '.', line }))
}

function flagOf(item: Instruction, name: string): string | undefined {
  const flags = (item as { getFlags?: () => readonly { getName(): string; getValue(): string | null }[] }).getFlags?.() ?? []
  return flags.find((flag) => flag.getName() === name)?.getValue() ?? undefined
}

function wordsOf(item: Instruction): string[] {
  return item.getArguments().map((argument) => argument.getValue())
}

function lineOfInstruction(item: Instruction): number {
  return item.getRange().start.line + 1
}

// What a Dockerfile says about the service it builds.
import type { Instruction } from 'dockerfile-ast'
import { parseDockerfile } from '../dockerfile/parse.ts'
import { dockerfileLimit } from '../limits.ts'
import type { Evidence, HealthSpec, ServiceType } from '../topology.ts'
import { asPort } from './data.ts'
import { imageName } from './dockerfile-images.ts'
import { flagOf, languageOfStages, type StageView } from './dockerfile-language.ts'
import { type ExposedPort, portsOf } from './dockerfile-ports.ts'
import { servedStage } from './dockerfile-served.ts'
import { globalValues, readPairs, stageValues, substitute, type Values } from './dockerfile-variables.ts'

export { imageName } from './dockerfile-images.ts'

export interface DockerfileStage {
  readonly name: string | undefined
  readonly image: string
  readonly line: number
}

export interface DockerfileFacts {
  readonly path: string
  readonly stages: readonly DockerfileStage[]
  /** The stage that was asked for and is there. */
  readonly target: string | undefined
  /** The earlier stage that production is built from, when the last one serves nobody. */
  readonly served: string | undefined
  /** The runtime that its last stage, or the stage it copies from, is made for. */
  readonly language: ServiceType | undefined
  /** The image under the last stage, whole; `base` without registry, owner and tag, such as `nginx`. */
  readonly image: string | undefined
  readonly base: string | undefined
  /** The one that answers requests first. */
  readonly ports: readonly ExposedPort[]
  readonly health: { readonly spec: HealthSpec; readonly line: number } | undefined
  /** CMD or ENTRYPOINT of the last stage as one line of words. */
  readonly command: { readonly text: string; readonly line: number } | undefined
  readonly user: { readonly name: string; readonly line: number } | undefined
  readonly environment: readonly { readonly name: string; readonly value: string }[]
  /** What COPY and ADD take from the context. */
  readonly sources: readonly { readonly path: string; readonly line: number }[]
  /** What the last stage takes from each earlier one, and what that one takes from the context. */
  readonly parts: readonly { readonly taken: readonly string[]; readonly sources: readonly string[] }[]
  /** Whether the last stage takes something from an earlier one. */
  readonly copiesStages: boolean
  readonly evidence: Evidence
}

/** Reads a Dockerfile as far as `target`, the stage that is built; the last one when none is named. */
export function readDockerfile(path: string, text: string, target?: string): DockerfileFacts {
  const instructions = parseDockerfile(text.slice(0, dockerfileLimit)).getInstructions()
  const outer = globalValues(instructions)
  const allStages = named('FROM', instructions).map((item) => readStage(item, outer))
  const wanted = target === undefined ? -1 : allStages.findIndex(({ name }, index) => name === target || String(index) === target)
  const stages = wanted < 0 ? allStages : allStages.slice(0, wanted + 1)
  const view = (at: number) => viewOf(instructions, stages.slice(0, at + 1))
  const built = view(stages.length - 1)
  const last = built.instructions
  const values = stageValues(last, outer)
  const image = built.base
  const health = named('HEALTHCHECK', last)
    .map((item) => readHealth(item, values))
    .at(-1)
  const command = commandOf(last)
  return {
    path,
    stages,
    target: wanted < 0 ? undefined : target,
    served: wanted < 0 ? servedStage(stages, (at) => view(at).command !== undefined) : undefined,
    language: languageOfStages(stages.length, (at) => (at === stages.length - 1 ? built : view(at))),
    image,
    base: image === undefined ? undefined : imageName(image),
    ports: portsOf({
      instructions: last,
      values,
      command,
      health,
      base: image === undefined ? undefined : { image, line: stages.at(-1)?.line ?? 1 },
    }),
    health,
    command,
    user: named('USER', last)
      .map((item) => ({ name: wordsOf(item)[0] ?? '', line: lineOfInstruction(item) }))
      .at(-1),
    environment: named('ENV', last).flatMap((item) =>
      readPairs(item).flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value: substitute(value, values) }])),
    ),
    sources: [...named('COPY', instructions), ...named('ADD', instructions)].flatMap((item) => readSources(item, values)),
    parts: built.copies.slice(0, partsLimit).map((at) => ({
      taken: takenFrom([stages[at]?.name, String(at)], last),
      sources: [...named('COPY', view(at).instructions), ...named('ADD', view(at).instructions)].flatMap((item) =>
        readSources(item, values).map((source) => source.path),
      ),
    })),
    copiesStages: built.copies.length > 0,
    evidence: { path, line: stages[0]?.line ?? 1, fact: stages[0] === undefined ? 'Dockerfile' : `Dockerfile from ${stages[0].image}` },
  }
}

function named(keyword: string, from: readonly Instruction[]): Instruction[] {
  return from.filter((item) => item.getKeyword() === keyword)
}

function viewOf(instructions: readonly Instruction[], stages: readonly DockerfileStage[]): StageView {
  const inherited = inheritedInstructions(instructions, stages)
  const numbers = new Map<string, number>()
  for (const [index, { name }] of stages.slice(0, -1).entries()) numbers.set(name ?? String(index), index).set(String(index), index)
  const copies = named('COPY', inherited).flatMap((item) => numbers.get(flagOf(item, 'from') ?? '') ?? [])
  return { copies: [...new Set(copies)], base: resolveBase(stages), instructions: inherited, command: commandOf(inherited)?.text }
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

function readStage(item: Instruction, outer: Values): DockerfileStage {
  const words = wordsOf(item)
  return {
    image: substitute(words[0] ?? '', outer),
    name: words[1]?.toLowerCase() === 'as' ? words[2] : undefined,
    line: lineOfInstruction(item),
  }
}

/** The image under the last stage, through stages that build on one another. */
function resolveBase(stages: readonly DockerfileStage[]): string | undefined {
  let at = stages.length - 1
  for (let parent = parentOf(at, stages); parent >= 0; parent = parentOf(at, stages)) at = parent
  return stages[at]?.image
}

function readHealth(item: Instruction, values: Values): { spec: HealthSpec; line: number } {
  const raw = substitute(item.getRawArgumentsContent() ?? '', values)
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

function readSources(item: Instruction, values: Values): { path: string; line: number }[] {
  if (flagOf(item, 'from') !== undefined) return []
  const words = jsonWords(item.getArgumentsContent() ?? '') ?? wordsOf(item)
  const line = lineOfInstruction(item)
  return words
    .slice(0, -1)
    .map((word) => substitute(word, values))
    .filter((word) => !/^(?:[a-z]{2,10}:\/\/|git@|<<)/.test(word))
    .map((word) => ({ path: word.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '') || '.', line }))
}

/** Stages that one image is put together of. */
const partsLimit = 8

function takenFrom(names: readonly (string | undefined)[], last: readonly Instruction[]): string[] {
  return named('COPY', last)
    .filter((item) => names.includes(flagOf(item, 'from')))
    .flatMap((item) => (jsonWords(item.getArgumentsContent() ?? '') ?? wordsOf(item)).slice(0, -1))
}

function wordsOf(item: Instruction): string[] {
  return item.getArguments().map((argument) => argument.getValue())
}

function lineOfInstruction(item: Instruction): number {
  return item.getRange().start.line + 1
}

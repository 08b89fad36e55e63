// What the Dockerfile of a repository may not do: choose another front end, fetch from the network past RUN, take secrets or keys, loosen the
// sandbox, or read another workspace's images. RUN itself may run anything: the builder is what confines it.
import { Add, Copy, type Flag, From, type Instruction, Run } from 'dockerfile-ast'
import { isRemote } from '../compose/files.ts'
import type { DockerfileRule, Trust, Violation } from '../compose/model.ts'
import { parseImage } from '../compose/service/image.ts'
import { shown, tidied } from '../compose/wording.ts'
import { dockerfileLimit } from '../limits.ts'
import { effectiveInstruction, mountOf } from './mounts.ts'
import { knownInstructions, readInstructions } from './readings.ts'
import { syntaxProblem } from './syntax.ts'
import { type DockerfileVariables, possibleValues, variablesOf } from './variables.ts'

export interface DockerfileCheck {
  readonly text: string
  /** What violations call it: its path, or for one that stands in a compose file that file's. */
  readonly file: string
  /** The workspace whose own images it may use. */
  readonly workspace: string
  /** Today the rules are the same for all; they are told apart so that an operator can loosen them for a team's own branches. */
  readonly policy: Trust
  /** Build arguments. Default is none. */
  readonly args?: Readonly<Record<string, string>>
}

interface Checking extends DockerfileCheck {
  readonly variables: DockerfileVariables
  readonly stages: ReadonlySet<string>
  readonly violations: Violation[]
  /** Whether the instruction is one only to some readers: then what cannot be told about it does not count. */
  readonly isGuess: boolean
}

/** All violations, sorted by position. Pure; never throws. */
export function checkDockerfile(check: DockerfileCheck): Violation[] {
  const { text, file } = check
  const top = { file, pointer: '', line: 1, column: 1, severity: 'error' } as const
  if (text.length > dockerfileLimit) {
    return [{ ...top, rule: 'dockerfile', message: `the Dockerfile is longer than ${dockerfileLimit / 1024} KiB; shorten it` }]
  }
  const { directives, plain, possible } = readInstructions(text)
  const stages = new Set(plain.flatMap((instruction) => stageOf(instruction)?.toLowerCase() ?? []))
  const checking: Checking = { ...check, variables: variablesOf(plain, check.args ?? {}), stages, violations: [], isGuess: false }
  const problem = syntaxProblem(text, directives)
  if (problem !== undefined) checking.violations.push({ ...top, rule: 'dockerfile_syntax', ...problem })
  for (const instruction of plain) {
    checkSpelling(checking, instruction)
    checkInstruction(checking, effectiveInstruction(instruction))
  }
  for (const instruction of possible) checkGuess({ ...checking, isGuess: true }, effectiveInstruction(instruction))
  return checking.violations.sort((a, b) => a.line - b.line || a.column - b.column)
}

function stageOf(instruction: Instruction): string | undefined {
  return instruction instanceof From ? (instruction.getBuildStage() ?? undefined) : undefined
}

/** Instructions that no builder knows, and characters that one reader takes for a space and another does not. */
function checkSpelling(checking: Checking, instruction: Instruction): void {
  const name = instruction.getInstruction()
  if (!knownInstructions.has(instruction.getKeyword())) {
    report(checking, instruction, { rule: 'dockerfile', message: `${shown(name)} is no instruction; correct it` })
  }
  if (unusualSpace.test(instruction.getArguments()[0]?.toString() ?? '')) {
    report(checking, instruction, { rule: 'dockerfile', message: 'an unusual space stands in the instruction; write a plain one' })
  }
}

const unusualSpace = /[\v\f\0\u0085\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u3000\ufeff]/

function checkInstruction(checking: Checking, instruction: Instruction): void {
  if (instruction instanceof From) checkImage(checking, instruction, instruction.getImage() ?? '')
  else if (instruction instanceof Add) checkAdd(checking, instruction)
  else if (instruction instanceof Copy) checkCopy(checking, instruction)
  else if (instruction instanceof Run) for (const flag of instruction.getFlags()) checkRunFlag(checking, flag)
}

/** A cache mount that may not be one is not rewritten, so it must not be there. */
function checkGuess(checking: Checking, instruction: Instruction): void {
  checkInstruction(checking, instruction)
  for (const flag of instruction instanceof Run ? instruction.getFlags() : []) {
    if (flag.getName().toLowerCase() !== 'mount' || mountOf(flag).type !== 'cache') continue
    const message = 'a cache mount stands where it may be part of the line before; put it on a line of its own'
    report(checking, flag, { rule: 'dockerfile_mount', message })
  }
}

function checkCopy(checking: Checking, copy: Copy): void {
  for (const flag of copy.getFlags()) if (flag.getName().toLowerCase() === 'from') checkImage(checking, flag, flag.getValue() ?? '')
}

/** A stage of this file, a number, or an image. */
function checkImage(checking: Checking, at: Instruction | Flag, text: string): void {
  const refuse = (message: string) => report(checking, at, { rule: 'dockerfile_image', message })
  const values = /["']/.test(text) ? undefined : possibleValues(text, checking.variables)
  if (values === undefined && !checking.isGuess) refuse(`which image ${shown(text)} is cannot be told; give its variables a default`)
  for (const value of values ?? []) {
    if (value === '' || checking.stages.has(value.toLowerCase()) || /^\d+$/.test(value)) continue
    const image = parseImage(value)
    if (image === undefined) {
      if (!checking.isGuess) refuse(`${shown(value)} is not an image; correct it`)
    } else if (isForeign(image.path, checking.workspace)) {
      refuse(`${shown(value)} belongs to another workspace; build from an image of a registry`)
    } else if (isPrivateHost(image.host)) {
      refuse(`the registry ${shown(image.host)} is an address of the builder’s own network; use a public registry`)
    }
  }
}

/** Wherever it is said to come from: an image that is there locally is taken without asking a registry. */
function isForeign(path: string, workspace: string): boolean {
  const owner = /(?:^|\/)kyozo\/([^/]+)/.exec(path)?.[1]
  return owner !== undefined && owner !== workspace
}

function isPrivateHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return /^\d+(?:\.\d+)*$/.test(name) || !name.includes('.') || /\.(?:local|localhost|internal|localdomain)$/.test(name)
}

function checkAdd(checking: Checking, add: Add): void {
  const json = add.getJSONStrings().map((argument) => argument.getJSONValue())
  const words = json.length > 0 ? json : add.getArguments().map(String)
  for (const word of words.slice(0, -1)) {
    const values = possibleValues(word.replaceAll(/["']/g, ''), checking.variables)
    if (values?.some(isRemote)) {
      const message = `ADD of ${shown(word)} makes the builder fetch it; use COPY for files of the repository, or RUN with a checksum`
      report(checking, add, { rule: 'dockerfile_add', message })
    } else if (values === undefined && !checking.isGuess) {
      const message = `where ${shown(word)} comes from cannot be told; use COPY, or give its variables a default`
      report(checking, add, { rule: 'dockerfile_add', message })
    }
  }
}

function checkRunFlag(checking: Checking, flag: Flag): void {
  const name = flag.getName().toLowerCase()
  const value = flag.getValue() ?? ''
  if (name === 'mount') checkMount(checking, flag)
  else if (name === 'network') {
    const message = `${shown(`--network=${value}`)} leaves the builder’s network; remove it`
    if (value !== 'none' && value !== 'default') report(checking, flag, { rule: 'dockerfile_network', message })
  } else if (name !== 'security' || value !== 'sandbox') {
    const message = `${shown(`--${name}${value === '' ? '' : `=${value}`}`)} gives the build rights on the builder; remove it`
    report(checking, flag, { rule: 'dockerfile_security', message })
  }
}

function checkMount(checking: Checking, flag: Flag): void {
  const refuse = (message: string) => report(checking, flag, { rule: 'dockerfile_mount', message })
  const { type, from, isPlain } = mountOf(flag)
  if (!isPlain) refuse('what the mount is cannot be told; write it without quotes and escapes, and `type` and `from` without variables')
  else if (type === 'ssh' || type === 'secret') {
    refuse(`mounts of the type \`${type}\` are not available; take what the build needs from the repository or from a registry of packages`)
  } else if (type !== 'bind' && type !== 'cache' && type !== 'tmpfs')
    refuse(`${shown(type)} is not a type of mount; use bind, cache or tmpfs`)
  else if (from !== undefined) checkImage(checking, flag, from)
}

function report(
  { violations, file, args = {} }: Checking,
  at: Instruction | Flag,
  { rule, message }: { rule: DockerfileRule; message: string },
): void {
  const { start } = at.getRange()
  violations.push({
    file,
    pointer: '',
    line: start.line + 1,
    column: start.character + 1,
    rule,
    message: tidied(message, Object.entries(args)),
    severity: 'error',
  })
}

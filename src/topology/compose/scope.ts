// What every reader of a part of the file is given: where it stands, whose file it is, and where findings go.
import type { SourceTree } from '../../git/source-tree.ts'
import { interpolate } from './interpolate.ts'
import { filledLimit, violationsLimit } from './limits.ts'
import type { Place } from './located.ts'
import type { ComposeRule, Difference, Trust, Violation } from './model.ts'
import { shown, tidied } from './wording.ts'

/** Findings of one part: a service's own are dropped with it when only a profile would start it. */
export interface Report {
  readonly violations: Violation[]
  readonly differences: Difference[]
}

/** What has been looked at so far, over all files of one model. */
export interface Seen {
  readonly reads: Set<string>
  readonly variables: Set<string>
  /** Characters of values that variables were filled into. */
  filledLength: number
  /** Symbolic links and submodules of the commit, once they are asked for. */
  links?: readonly string[]
}

export interface Scope {
  readonly trust: Trust
  readonly tree: SourceTree
  /** The folder that relative paths of this file start from. */
  readonly folder: string
  readonly variables: Readonly<Record<string, string>>
  /** Hosts of registries that images may come from. */
  readonly registries: ReadonlySet<string>
  /** Names that services are given values for when they are started. */
  readonly secrets?: ReadonlySet<string>
  readonly seen: Seen
  readonly report: Report
}

export function emptyReport(): Report {
  return { violations: [], differences: [] }
}

export function refuse(scope: Scope, place: Place, finding: { rule: ComposeRule; message: string }): undefined {
  addViolation(scope, place, { ...finding, severity: 'error' })
}

export function warn(scope: Scope, place: Place, finding: { rule: ComposeRule; message: string }): void {
  addViolation(scope, place, { ...finding, severity: 'warning' })
}

/** One finding for one cause: the same value may be looked at more than once. */
function addViolation(scope: Scope, place: Place, finding: Pick<Violation, 'rule' | 'message' | 'severity'>): void {
  const { file, pointer, line, column } = place
  const { violations } = scope.report
  const violation = { file, pointer, line, column, ...finding, message: tidied(finding.message, heldValues(scope)) }
  if (violations.length >= violationsLimit || violations.some((other) => isSame(other, violation) || isCause(other, violation))) return
  violations.push(violation)
}

/** A value that is not known cannot be judged: what seems wrong about it, or about the item that it is a part of, is no finding of its own. */
function isCause(known: Violation, { rule, pointer, file }: Violation): boolean {
  if (known.rule !== 'undefined_variable' || rule === 'undefined_variable' || known.file !== file) return false
  return isBelow(pointer, known.pointer) || (isInsideKey(pointer) && isBelow(known.pointer, pointer))
}

function isBelow(pointer: string, above: string): boolean {
  return pointer === above || pointer.startsWith(`${above}/`)
}

/** Whether a pointer leads into one key of one service, such as `/services/web/volumes/0`. */
function isInsideKey(pointer: string): boolean {
  return pointer.split('/').length > 4
}

function isSame(one: Violation, other: Violation): boolean {
  return (
    one.rule === other.rule &&
    one.message === other.message &&
    one.line === other.line &&
    one.column === other.column &&
    one.file === other.file
  )
}

export function differ(scope: Scope, { file, pointer }: Place, difference: { change: string; reason: string }): void {
  const { differences } = scope.report
  const change = tidied(difference.change, heldValues(scope))
  const isKnown =
    differences.length >= violationsLimit ||
    differences.some((other) => other.file === file && other.pointer === pointer && other.change === change)
  if (!isKnown) differences.push({ file, pointer, change, reason: difference.reason })
}

/** The variables that the file refers to, with their values. */
function heldValues({ seen, variables }: Scope): [string, string][] {
  return [...seen.variables].flatMap((name) => (Object.hasOwn(variables, name) ? [[name, variables[name]!]] : []))
}

export function variableOf({ variables }: Pick<Scope, 'variables'>, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined
}

/** A string with its variables filled in. A missing one is a violation, and the empty string in its place. */
export function fillIn(scope: Scope, place: Place, text: string): string {
  const { value, names, missing, problem } = interpolate(text, (name) => variableOf(scope, name))
  for (const name of names) scope.seen.variables.add(name)
  if (problem !== undefined) refuse(scope, place, { rule: 'interpolation', message: problem })
  if (names.length > 0) scope.seen.filledLength += value.length
  if (scope.seen.filledLength > filledLimit) {
    refuse(scope, place, {
      rule: 'limit',
      message: `the values of variables make the file larger than ${filledLimit / 1024 ** 2} MiB; use them less often`,
    })
    return ''
  }
  for (const { name, message } of missing) refuseMissing(scope, place, { name, ...(message ? { message } : {}) })
  return value
}

export function refuseMissing(scope: Scope, place: Place, { name, message }: { name: string; message?: string }): void {
  const why = message ? ` (${shown(message)})` : ''
  const fix = `write a default such as \`\${${name}:-value}\`, or \`${name}: \${${name}}\` under \`environment\` and set a secret of that name (.env is not read)`
  refuse(scope, place, { rule: 'undefined_variable', message: `the variable ${name} has no value${why}; ${fix}` })
}

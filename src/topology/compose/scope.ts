// What every reader of a part of the file is given: where it stands, whose file it is, and where findings go.
import type { SourceTree } from '../../git/source-tree.ts'
import { printable } from '../paths.ts'
import { interpolate } from './interpolate.ts'
import type { Place } from './located.ts'
import type { ComposeRule, Difference, Trust, Violation } from './model.ts'

/** Findings of one part: a service's own are dropped with it when only a profile would start it. */
export interface Report {
  readonly violations: Violation[]
  readonly differences: Difference[]
}

export interface Scope {
  readonly trust: Trust
  readonly tree: SourceTree
  /** The folder that relative paths of this file start from. */
  readonly folder: string
  readonly variables: Readonly<Record<string, string>>
  /** Hosts of registries that images may come from. */
  readonly registries: ReadonlySet<string>
  readonly seen: { readonly reads: Set<string>; readonly variables: Set<string> }
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
function addViolation({ report }: Scope, place: Place, finding: Pick<Violation, 'rule' | 'message' | 'severity'>): void {
  const { file, pointer, line, column } = place
  const isKnown = report.violations.some(
    (other) =>
      other.rule === finding.rule &&
      other.line === line &&
      other.column === column &&
      other.message === finding.message &&
      other.file === file,
  )
  if (!isKnown) report.violations.push({ file, pointer, line, column, ...finding })
}

export function differ({ report }: Scope, { file, pointer }: Place, difference: { change: string; reason: string }): void {
  const isKnown = report.differences.some((other) => other.file === file && other.pointer === pointer && other.change === difference.change)
  if (!isKnown) report.differences.push({ file, pointer, ...difference })
}

export function variableOf({ variables }: Scope, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined
}

/** A string with its variables filled in. A missing one is a violation, and the empty string in its place. */
export function fillIn(scope: Scope, place: Place, text: string): string {
  const { value, names, missing, problem } = interpolate(text, (name) => variableOf(scope, name))
  for (const name of names) scope.seen.variables.add(name)
  if (problem !== undefined) refuse(scope, place, { rule: 'interpolation', message: problem })
  for (const { name, message } of missing) refuseMissing(scope, place, { name, ...(message ? { message } : {}) })
  return value
}

export function refuseMissing(scope: Scope, place: Place, { name, message }: { name: string; message?: string }): void {
  const why = message ? ` (${printable(message)})` : ''
  const fix = `give it a value with \`kyozo secrets set ${name}\`, or a default in the file`
  refuse(scope, place, { rule: 'undefined_variable', message: `the variable ${name} has no value${why}; ${fix}` })
}

/** What a user wrote, as a message may show it. */
export function shown(text: string): string {
  return `\`${printable(text).replaceAll('`', "'")}\``
}

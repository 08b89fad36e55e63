// What is wrong with a declaration, in sentences: the key, what it must be, what was found, and what was probably meant.
import type { z } from 'zod'
import { nearestWord } from '../nearest.ts'
import { printable } from '../paths.ts'
import { offsetOf, type Problem, place, type YamlFile } from '../reading/yaml.ts'

type Issue = z.core.$ZodIssue
export type KeyPath = readonly (string | number)[]

/** Every problem of an issue of the schema. `name` is the file's. */
export function problemsOf(issue: Issue, file: YamlFile, name: string): Problem[] {
  return problemsAt(issue, [], { file, name })
}

interface Place {
  readonly file: YamlFile
  readonly name: string
}

function problemsAt(issue: Issue, parent: readonly PropertyKey[], at: Place): Problem[] {
  const path = [...parent, ...issue.path].map((part) => (typeof part === 'symbol' ? String(part) : part))
  const where = path.length === 0 ? at.name : printable(path.join('.'))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      message: `${where} ${unknownKey(key, issue.message.split(', '))}`,
      ...placeOf([...path, key], at.file),
    }))
  }
  if (issue.code === 'invalid_union') {
    const close = closestVariant(issue)
    if (close !== undefined) return close.flatMap((problem) => problemsAt(problem, path, at))
  }
  const place = placeOf(path, at.file)
  if (issue.code === 'invalid_key') return [{ message: `${where}: ${issue.issues.map(({ message }) => message).join(', ')}`, ...place }]
  const value = valueAt(path, at.file.data)
  const meant = issue.code === 'invalid_value' && typeof value === 'string' ? nearestWord(value, issue.values.map(String)) : undefined
  const fix = meant === undefined ? '' : `; did you mean ${meant}?`
  return [{ message: `${where}: ${issue.message}; found ${found(value, issue.message)}${fix}`, ...place }]
}

function unknownKey(key: string, allowed: readonly string[]): string {
  const meant = nearestWord(key, allowed)
  const fix = meant === undefined ? '' : ` did you mean ${meant}?`
  return `has no key ${JSON.stringify(printable(key))};${fix} ${fix === '' ? 'it' : 'It'} may have ${allowed.join(', ')}`
}

/** The problems of the variant that came closest: one that agrees on the kind of value, if there is one. */
function closestVariant(issue: Extract<Issue, { code: 'invalid_union' }>): readonly Issue[] | undefined {
  const isOfOtherKind = (problem: Issue) =>
    problem.path.length === 0 && (problem.code === 'invalid_type' || problem.code === 'invalid_value' || isOtherUnion(problem))
  return issue.errors.filter((problems) => !problems.some(isOfOtherKind)).sort((a, b) => a.length - b.length)[0]
}

function isOtherUnion(problem: Issue): boolean {
  return problem.code === 'invalid_union' && closestVariant(problem) === undefined
}

/** A value as whoever wrote it knows it. */
function found(value: unknown, wanted: string): string {
  if (value === undefined || value === null) return 'nothing: give it a value or leave the key out'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value !== 'string') return String(value)
  const text = JSON.stringify(printable(value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value))
  const isNumber = /^\d{1,10}(?:\.\d{1,5})?$/.test(value) && /number/.test(wanted)
  const isSwitch = /^(?:true|false)$/.test(value) && /true or false/.test(wanted)
  return isNumber || isSwitch ? `the text ${text}: leave the quotes out` : text
}

const shownCharacters = 60

function valueAt(path: KeyPath, data: unknown): unknown {
  let value = data
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string | number, unknown>)[part]
  }
  return value
}

/** The place of a key, or of the nearest around it that is in the text: what an alias brings along is written elsewhere. */
export function placeOf(path: KeyPath, file: YamlFile): { line: number; column: number } {
  for (let depth = path.length; depth > 0; depth--) {
    const offset = offsetOf(file.document, path.slice(0, depth))
    if (offset !== undefined) return place(file.lines, offset)
  }
  return { line: 1, column: 1 }
}

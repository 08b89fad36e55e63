// Reads kyozo.yaml. Everything wrong with it is told at once, each with line and column.
import type { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { SourceTree } from '../../git/source-tree.ts'
import { fileReadLimitBytes } from '../../git/source-tree.ts'
import { printable } from '../paths.ts'
import { offsetOf, type Problem, parseYaml, place, type YamlFile } from '../reading/yaml.ts'
import type { Evidence } from '../topology.ts'
import { type Declaration, declarationSchema } from './schema.ts'

/** The only name it has. */
export const declarationName = 'kyozo.yaml'

export interface DeclarationFile {
  readonly declaration: Declaration
  /** Evidence for what a key of the file says, such as `['services', 'api', 'port']`. */
  readonly at: (path: readonly (string | number)[], fact: string) => Evidence
  /** Fails with a problem at a key. */
  readonly refuse: (path: readonly (string | number)[], message: string) => never
}

const nothing: DeclarationFile = {
  declaration: {},
  at: (_, fact) => ({ path: declarationName, fact }),
  refuse: (_, message) => {
    throw invalid([{ message, line: 1, column: 1 }])
  },
}

/** The declaration of a commit, empty when there is none. Throws `declaration_invalid` listing every problem. */
export function readDeclaration(tree: SourceTree): DeclarationFile {
  const entry = tree.entries.get(declarationName)
  if (entry === undefined || entry.mode === '120000' || entry.mode === '160000') return nothing
  const text = tree.text(declarationName)
  if (text !== undefined) return parseDeclaration(text)
  if (tree.wanted.has(declarationName)) return nothing
  throw invalid([{ message: `the file is binary or larger than ${fileReadLimitBytes / 1024} KiB`, line: 1, column: 1 }])
}

/** The same for a text, as an editor or a test has it. */
export function parseDeclaration(text: string): DeclarationFile {
  const result = parseYaml(text)
  if ('problems' in result) throw invalid(result.problems)
  const { file } = result
  const parsed = declarationSchema.safeParse(file.data ?? {})
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap((issue) => problemsOf(issue, [], file)))
  return {
    declaration: parsed.data,
    at: (path, fact) => ({ path: declarationName, line: placeOf(path, file).line, fact }),
    refuse: (path, message) => {
      throw invalid([{ message, ...placeOf(path, file) }])
    },
  }
}

type Issue = z.core.$ZodIssue

function problemsOf(issue: Issue, parent: readonly PropertyKey[], file: YamlFile): Problem[] {
  const path = [...parent, ...issue.path].map((part) => (typeof part === 'symbol' ? String(part) : part))
  const where = path.length === 0 ? declarationName : path.join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ message: `${where} has no key ${JSON.stringify(printable(key))}`, ...placeOf([...path, key], file) }))
  }
  if (issue.code === 'invalid_union') return unionProblems(issue, path, file)
  const reasons = issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message).join(', ') : reasonOf(issue)
  return [{ message: `${where}: ${reasons}`, ...placeOf(path, file) }]
}

/** The problems of the variant that came closest: one that agrees on the kind of value, if there is one. */
function unionProblems(issue: Extract<Issue, { code: 'invalid_union' }>, path: readonly (string | number)[], file: YamlFile): Problem[] {
  const isOfOtherKind = (problem: Issue) =>
    problem.path.length === 0 && (problem.code === 'invalid_type' || problem.code === 'invalid_value')
  const close = issue.errors.filter((problems) => !problems.some(isOfOtherKind)).sort((a, b) => a.length - b.length)[0]
  if (close !== undefined) return close.flatMap((problem) => problemsOf(problem, path, file))
  const kinds = issue.errors.flatMap((problems) => problems.map((problem) => reasonOf(problem).replace(/^must be /, '')))
  return [{ message: `${path.join('.')}: must be ${[...new Set(kinds)].join(' or ')}`, ...placeOf(path, file) }]
}

/** What a value should be, in the words of YAML. */
const kindWords: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
}

function reasonOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return `must be ${kindWords[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') return `must be ${issue.values.map(String).join(', ')}`
  return lowerFirst(issue.message)
}

function placeOf(path: readonly (string | number)[], file: YamlFile): { line: number; column: number } {
  for (let depth = path.length; depth > 0; depth--) {
    const offset = offsetOf(file.document, path.slice(0, depth))
    if (offset !== undefined) return place(file.lines, offset)
  }
  return { line: 1, column: 1 }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function invalid(problems: readonly Problem[]): KyozoError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column)
  const lines = sorted.map(({ message, line, column }) => `${declarationName}:${line}:${column}: ${message}`)
  return new KyozoError('declaration_invalid', [...new Set(lines)].join('\n'), {
    hint: `Correct ${declarationName}; \`kyozo schema\` prints what it may hold.`,
  })
}

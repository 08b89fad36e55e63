// Reads kyozo.yaml. Everything wrong with it is told at once, each with line and column.
import { KyozoError } from '../../errors.ts'
import type { SourceTree } from '../../git/source-tree.ts'
import { fileReadLimitBytes } from '../../git/source-tree.ts'
import { type Problem, parseYaml } from '../reading/yaml.ts'
import type { Evidence } from '../topology.ts'
import { contradictionsIn } from './contradictions.ts'
import { type KeyPath, placeOf, problemsOf } from './problems.ts'
import { type Declaration, declarationSchema } from './schema.ts'
import { applySettings } from './settings.ts'

/** The only name it has. */
export const declarationName = 'kyozo.yaml'

export interface DeclarationFile {
  readonly declaration: Declaration
  /** Keys of services that people set and the file does not name: one that is not found is none. Default is none. */
  readonly onlySet?: ReadonlySet<string>
  /** Evidence for what a key of the file says, such as `['services', 'api', 'port']`. */
  readonly at: (path: KeyPath, fact: string) => Evidence
  /** Fails with a problem at a key. */
  readonly refuse: (path: KeyPath, message: string) => never
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
  return applySettings(readFile(tree), tree)
}

function readFile(tree: SourceTree): DeclarationFile {
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
  if ('problems' in result) throw invalid(result.problems.map((problem) => inWords(problem, text)))
  const { file } = result
  const parsed = declarationSchema.safeParse(file.data ?? {})
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap((issue) => problemsOf(issue, file, declarationName)))
  const contradictions = contradictionsIn(parsed.data)
  if (contradictions.length > 0) throw invalid(contradictions.map(({ path, message }) => ({ message, ...placeOf(path, file) })))
  return {
    declaration: parsed.data,
    at: (path, fact) => ({ path: declarationName, line: placeOf(path, file).line, fact }),
    refuse: (path, message) => {
      throw invalid([{ message, ...placeOf(path, file) }])
    },
  }
}

/** The parser's own words do not say which key is there twice. */
function inWords(problem: Problem, text: string): Problem {
  if (problem.message !== 'Map keys must be unique') return problem
  const rest = (text.split('\n')[problem.line - 1] ?? '').slice(problem.column - 1)
  const key = /^["']?([\w./-]{1,60})/.exec(rest)?.[1]
  return { ...problem, message: `the key ${key ?? ''} is there twice; keep one of them`.replace('key  is', 'key is') }
}

function invalid(problems: readonly Problem[]): KyozoError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column)
  const lines = sorted.map(({ message, line, column }) => `${declarationName}:${line}:${column}: ${message}`)
  return new KyozoError('declaration_invalid', [...new Set(lines)].join('\n'), {
    hint: `Correct ${declarationName}; \`kyozo schema\` prints what it may hold.`,
  })
}

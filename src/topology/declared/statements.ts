// What is declared about each folder of a repository, the most believed first.
import { landmarksOf } from '../landmarks.ts'
import { perRepository } from '../memo.ts'
import { precedence, type Source } from '../precedence.ts'
import type { Repository } from '../repository.ts'
import { joinBeside } from './beside.ts'
import { readClusterStatements } from './cluster.ts'
import { declaredFormats } from './formats.ts'
import type { Statement } from './statement.ts'

export type Statements = ReadonlyMap<string, readonly Statement[]>

/** Everything that is declared about a folder; nothing for a folder that nobody names. */
export function statementsAbout(path: string, repository: Repository): readonly Statement[] {
  return allStatements(repository).get(path) ?? []
}

/** By the folder that they speak of. */
export function allStatements(repository: Repository): Statements {
  return collect('.', repository)
}

/** What each source says of one thing, as `believed` takes it. */
export function saidBy<T>(statements: readonly Statement[], pick: (statement: Statement) => T | undefined): Partial<Record<Source, T>> {
  const said: Partial<Record<Source, T>> = {}
  for (const statement of statements) {
    const value = pick(statement)
    if (value !== undefined && said[statement.source] === undefined) said[statement.source] = value
  }
  return said
}

const formatByName = new Map(declaredFormats.flatMap((format) => format.names.map((name) => [name, format] as const)))

const collect = perRepository((_, repository): Statements => {
  const written = landmarksOf(repository).declared.flatMap(
    ({ path, folder, name }) => formatByName.get(name)?.read({ path, folder }, repository) ?? [],
  )
  return byFolder([...joinBeside(written), ...readClusterStatements(written, repository)])
})

const rank = new Map<Source, number>(precedence.map(({ source }, index) => [source, index]))

function byFolder(statements: readonly Statement[]): Statements {
  const grouped = Map.groupBy(statements, ({ folder }) => folder)
  return new Map(
    [...grouped].map(([folder, own]) => [folder, [...own].sort((a, b) => (rank.get(a.source) ?? 0) - (rank.get(b.source) ?? 0))]),
  )
}

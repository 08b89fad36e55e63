// What everybody says of one value of a service, each with its place.
import type { ClaimedSpec } from './claim.ts'
import type { DeclarationFile } from './declaration/declaration.ts'
import { noneWord } from './declaration/values.ts'
import type { Statement } from './declared/statement.ts'
import { saidBy } from './declared/statements.ts'
import type { Source } from './precedence.ts'
import type { Process } from './procfile.ts'
import type { DockerfileFacts } from './reading/dockerfile.ts'
import { decide, type Said, said, saidInDockerfile } from './reasons.ts'
import type { Repository } from './repository.ts'
import type { Draft } from './services.ts'
import type { EnvironmentVariable, Evidence, ReasonedValue } from './topology.ts'

/** Everybody who says something about a service. */
export interface Known {
  readonly draft: Draft
  readonly statements: readonly Statement[]
  readonly environment: readonly EnvironmentVariable[]
  readonly processes: readonly Process[]
  /** Whether a published image serves the folder as it is: then that image starts it. */
  readonly isServed: boolean
  /** The Dockerfile that builds it, when one does. */
  readonly dockerfile: DockerfileFacts | undefined
  readonly declared: DeclarationFile
  readonly repository: Repository
}

type StatedValue = Exclude<ReasonedValue, 'framework' | 'frameworkVersion' | 'version' | 'packageManager'>

/** What platforms' and tools' files say of a value, by who says it. */
export function stated<K extends StatedValue>(
  statements: readonly Statement[],
  key: K,
): Partial<Record<Source, Said<NonNullable<Statement[K]>> | undefined>> {
  return saidBy(statements, (statement) =>
    said<NonNullable<Statement[K]>>(statement[key] ?? undefined, statement.because?.[key] ?? statement.evidence),
  )
}

/** What kyozo.yaml says, at the line of its key. */
export function declaredValue<T>({ draft, declared }: Known, keys: readonly string[], value: T | undefined): Said<T> | undefined {
  const at = ['services', draft.declaredAs ?? draft.name, ...keys]
  return value === undefined ? undefined : said(value, declared.at(at, `${keys.join('.')} in kyozo.yaml`))
}

/** What kyozo.yaml says, or what others say; nothing when it says that they are all wrong. */
export function corrected<T>(
  known: Known,
  keys: readonly string[],
  ...[mine, others]: [mine: T | typeof noneWord | undefined, others: Partial<Record<Source, Said<T> | undefined>>]
): Said<T> | undefined {
  if (mine === noneWord) return undefined
  return decide<T>({ ...others, declaration: declaredValue<T>(known, keys, mine as T | undefined) })
}

export function inDockerfile<T>(
  { dockerfile, repository }: Known,
  value: T | undefined,
  at: { readonly line: number } | undefined,
): Said<T> | undefined {
  return dockerfile && saidInDockerfile(dockerfile, value, { at, read: repository.read })
}

type Guessed = Exclude<ReasonedValue, 'memory' | 'cpu' | 'replicas' | 'frameworkVersion'>

/** What the claim says, where it read it; else where the strongest of its signs is. */
export function guessed<K extends Guessed>(known: Known, key: K): Said<NonNullable<ClaimedSpec[K]>> | undefined {
  const { spec } = known.draft.claim
  const value = spec[key]
  return value === undefined ? undefined : { value, evidence: spec.because?.[key] ?? mainPlace(known) }
}

/** What shows the service best; a folder when nothing in it does. */
export function mainPlace({ draft: { claim, path } }: Known): Evidence {
  const [best] = claim.signs.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)
  if (best === undefined) return { path, fact: 'is the folder' }
  return best.line === undefined ? { path: best.path, fact: best.fact } : { path: best.path, line: best.line, fact: best.fact }
}

// Backing services that a program can work without: others of the same kind stand beside them, or a file does.
import type { NamedDependency, StatedAddress } from '../claim.ts'
import { isFileAddress } from '../file-address.ts'
import type { BackingKind, Evidence } from '../topology.ts'
import { upperCase } from './variable-names.ts'

export interface Choice {
  /** Whether it has drivers of several databases of one language, or of a file. */
  readonly isAmongSql: boolean
  readonly isAmongMany: boolean
  /** The database that a variable names. */
  readonly engine: string | undefined
  /** Whether it keeps its data in itself or in a file when nobody says otherwise. */
  readonly hasOwn: boolean
}

export function choiceOf(kinds: readonly BackingKind[], packages: readonly NamedDependency[], addresses: readonly StatedAddress[]): Choice {
  return {
    isAmongSql: kinds.filter((kind) => sqlKinds.has(kind)).length > 1 || packages.some(({ name }) => /sqlite/i.test(name)),
    isAmongMany: kinds.length >= manyKinds,
    engine: chosenEngine(addresses),
    hasOwn: packages.some(({ name }) => embedded.test(name)),
  }
}

/** Whether a variable names another database, or a file. */
function isOtherEngine({ engine }: Choice, kind: BackingKind): boolean {
  return engine !== undefined && sqlKinds.has(kind) && !isEngine(engine, kind)
}

/** Whether nothing but its driver speaks for it, among others that it could use instead. */
export function isOneOfMany(
  { isAmongSql, isAmongMany }: Choice,
  { kind, imported }: { readonly kind: BackingKind; readonly imported: Evidence | undefined },
): boolean {
  return (sqlKinds.has(kind) && isAmongSql) || isAmongMany || measures.test(imported?.path ?? '')
}

/** Whether a database is used only by whoever asks for it: a configuration chooses a file, or the one inside of the program. */
export function isOnRequest(
  choice: Choice,
  { kind, isChosen, keepsOwn }: { kind: BackingKind; isChosen: boolean; keepsOwn: boolean },
): boolean {
  return isOtherEngine(choice, kind) || (sqlKinds.has(kind) && !isChosen && (choice.hasOwn || keepsOwn))
}

/** The variables whose deployment gives them a file, though a server could stand there. A default in the source is for a developer's machine. */
export function variablesOfFiles(addresses: readonly StatedAddress[]): ReadonlySet<string> {
  const given = addresses.filter(({ from, value }) => (from === 'compose' || from === 'declaration') && isFileAddress(value))
  return new Set(given.flatMap(({ variable }) => variable ?? []))
}

/** Databases that the JVM's frameworks start inside of the program where no address is given. */
const embedded = /(?:^|:)(?:h2|hsqldb|derby)$/

/** Databases of one language: a program with drivers of several works with the one that it is given, or with a file. */
export const sqlKinds: ReadonlySet<BackingKind> = new Set(['postgres', 'mysql', 'mariadb', 'sqlserver', 'oracle', 'cockroachdb'] as const)

/** Where numbers are sent to whoever collects them: nobody works worse without. */
const measures = /(?:^|\/)(?:metrics?|telemetry|monitoring|exporters?|observability)(?:\/|\.\w{1,4}$)/

/** A program that can talk to so many kinds of things needs those that it is told of. */
const manyKinds = 5

/** What a variable chooses the database by, where several are supported: `DB_ENGINE: sqlite`. */
const engineVariable = /(?:^|_)(?:DB|DATABASE|SQL)_?(?:ENGINE|TYPE|DRIVER|CONNECTION|CLIENT|ADAPTER|DIALECT|VENDOR|PROVIDER|BACKEND)$/

/** The most binding value of such a variable. */
function chosenEngine(addresses: readonly StatedAddress[]): string | undefined {
  const choices = addresses.filter(({ variable = '', value }) => value !== '' && engineVariable.test(upperCase(variable)))
  const best = ['declaration', 'compose', 'example', 'source'].flatMap((from) => choices.filter((choice) => choice.from === from))[0]
  return best !== undefined && engines.test(best.value) ? best.value.toLowerCase() : undefined
}

/** Words that mean one database; others may be a program's own. */
const engines = /sqlite|better-sqlite3|postgres|\bpg\b|pgsql|psycopg|mysql|mariadb|mssql|sqlserver|sqlsrv|oracle|cockroach|mongo/i

function isEngine(engine: string, kind: BackingKind): boolean {
  if (kind === 'mysql' || kind === 'mariadb') return /mysql|mariadb/.test(engine)
  if (kind === 'postgres' || kind === 'cockroachdb') return /postgres|\bpg\b|pgsql|psycopg|cockroach/.test(engine)
  return kind === 'sqlserver' ? /mssql|sqlserver|sqlsrv/.test(engine) : engine.includes(kind)
}

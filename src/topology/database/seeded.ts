// A folder of scripts that a database runs when it starts for the first time, without a Dockerfile that says which database.
import type { Sign } from '../claim.ts'
import { ancestorsOf, baseName, joinPath, relativeTo } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { databaseImages } from './images.ts'

export interface SeededDatabase {
  readonly kind: SeededKind
  readonly port: number
  /** What says which database it is. */
  readonly evidence: Evidence
  readonly signs: readonly Sign[]
  readonly facts: { readonly database: SeededKind; readonly initFolder: string; readonly settings?: string }
}

export type SeededKind = 'postgres' | 'mysql' | 'mariadb' | 'mongodb'

export const seededMarks: readonly string[] = ['docker-entrypoint-initdb.d/', 'initdb.d/', 'initdb/', 'init/']

interface KindWords {
  readonly kind: SeededKind
  /** The official image's name. */
  readonly image: string
  readonly folder: RegExp
  readonly settings: readonly string[]
  /** What only its scripts say. */
  readonly script: RegExp
}

const kinds: readonly KindWords[] = [
  { kind: 'postgres', image: 'postgres', folder: /^(?:postgres(?:ql)?|pg)(?:[-_]?(?:db|database|init))?$/, settings: ['postgresql.conf'], script: /\b(?:BIG|SMALL)?SERIAL\b|\bCREATE\s{1,4}EXTENSION\b|\bplpgsql\b|\bJSONB\b|\bTIMESTAMPTZ\b|\bGENERATED\s{1,4}(?:ALWAYS|BY\s{1,4}DEFAULT)\s{1,4}AS\s{1,4}IDENTITY\b/i },
  { kind: 'mariadb', image: 'mariadb', folder: /^mariadb(?:[-_]?(?:db|database|init))?$/, settings: [], script: /(?!)/ },
  { kind: 'mysql', image: 'mysql', folder: /^mysql(?:[-_]?(?:db|database|init))?$/, settings: ['my.cnf'], script: /\bAUTO_INCREMENT\b|\bENGINE\s{0,4}=\s{0,4}InnoDB\b/i },
  { kind: 'mongodb', image: 'mongo', folder: /^mongo(?:db)?(?:[-_]?(?:init|database))?$/, settings: ['mongod.conf'], script: /(?!)/ },
] // biome-ignore format: a table

/** Undefined where a compose file may run it, where no scripts lie in the folder made for them, or where nothing says which database it is. */
export function findSeeded(folder: Folder, repository: Repository): SeededDatabase | undefined {
  if (folder.path === '.' || hasComposeFile(folder.path, repository)) return undefined
  const init = seededMarks.map((mark) => mark.slice(0, -1)).find((name) => folder.folders.has(name) && isInitFolder(name, folder))
  const scripts = init === undefined ? [] : scriptsIn(joinPath(folder.path, init), repository)
  const [script] = scripts
  if (init === undefined || script === undefined) return undefined
  const found = kindOf(folder, script, repository)
  if (found === undefined) return undefined
  const { kind, image, settings } = found.words
  const setting = settings.find((name) => folder.files.has(name))
  return {
    kind,
    port: databaseImages[image]?.port ?? 0,
    evidence: found.evidence,
    signs: [
      { path: script, line: 1, fact: `${init}/ holds what a database runs when it first starts`, weight: 0.5 },
      { ...found.evidence, weight: 0.3 },
    ],
    facts: { database: kind, initFolder: init, ...(setting === undefined ? {} : { settings: setting }) },
  }
}

/** `init` is a name that many programs use. */
function isInitFolder(name: string, folder: Folder): boolean {
  return name !== 'init' || /^(?:db|database|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?)$/.test(baseName(folder.path))
}

function scriptsIn(place: string, repository: Repository): string[] {
  const files = [...(repository.folders.get(place)?.files ?? [])].sort()
  return files.filter((name) => /\.(?:sql|sql\.gz|js|sh)$/.test(name)).map((name) => joinPath(place, name))
}

interface FoundKind {
  readonly words: KindWords
  readonly evidence: Evidence
}

function kindOf(folder: Folder, script: string, repository: Repository): FoundKind | undefined {
  const named = kinds.find((words) => words.folder.test(baseName(folder.path)))
  if (named) return { words: named, evidence: { path: folder.path, fact: `is called ${baseName(folder.path)}` } }
  const set = kinds.find(({ settings }) => settings.some((name) => folder.files.has(name)))
  const file = set?.settings.find((name) => folder.files.has(name))
  if (set && file !== undefined)
    return { words: set, evidence: { path: joinPath(folder.path, file), line: 1, fact: `${file} configures ${set.kind}` } }
  const text = script.endsWith('.sql') ? repository.read.text(script)?.slice(0, 65_536) : undefined
  const said = text === undefined ? undefined : kinds.find((words) => words.script.test(text))
  return (
    said && { words: said, evidence: { path: script, line: 1, fact: `${relativeTo(folder.path, script)} speaks as ${said.kind} does` } }
  )
}

function hasComposeFile(path: string, repository: Repository): boolean {
  return [path, ...ancestorsOf(path)].some((place) =>
    [...(repository.folders.get(place)?.files ?? [])].some((name) => /^(?:docker-)?compose[\w.-]{0,40}\.ya?ml$/.test(name)),
  )
}

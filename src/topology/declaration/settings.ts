// What people set of single services in one environment, in the keys of kyozo.yaml's `services.<name>`: it wins over the file. Merged into the
// declaration before anything is analyzed, so that the same rules and the same words hold.
import { KyozoError } from '../../errors.ts'
import type { SourceTree } from '../../git/source-tree.ts'
import { toLabel } from '../naming.ts'
import { cleanPath } from '../paths.ts'
import { parseYaml } from '../reading/yaml.ts'
import { contradictionsIn } from './contradictions.ts'
import type { DeclarationFile } from './declaration.ts'
import { type KeyPath, problemsOf } from './problems.ts'
import { type Declaration, type DeclaredService, declarationSchema } from './schema.ts'

/** Folders, by the name of the service that is there: names that services had before their folders were renamed. */
export type KeptNames = Readonly<Record<string, string>>

/** By the name of the service. */
export type ServiceSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>

type SettledTree = SourceTree & { readonly settings?: ServiceSettings; readonly keptNames?: KeptNames }

/** The same commit, read with settings. */
export function withSettings(tree: SourceTree, settings: ServiceSettings = {}, keptNames: KeptNames = {}): SourceTree {
  const kept = Object.entries(keptNames).map(([name, path]) => [name, { path, ...settings[name] }] as const)
  const set = Object.entries({ ...settings, ...Object.fromEntries(kept) }).filter(([, values]) => Object.keys(values).length > 0)
  if (set.length === 0) return tree
  // Inherited and not copied: a tree makes its folders when they are asked for.
  return Object.assign(Object.create(tree) as SettledTree, { settings: Object.fromEntries(set), keptNames })
}

/** The declaration as it holds for a tree. Throws `declaration_invalid` for settings that no kyozo.yaml could have. */
export function applySettings(file: DeclarationFile, tree: SourceTree): DeclarationFile {
  const { settings, keptNames = {} } = tree as SettledTree
  if (settings === undefined) return file
  const services: Record<string, DeclaredService> = { ...file.declaration.services }
  const set = new Map<string, { readonly name: string; readonly values: DeclaredService }>()
  for (const [name, raw] of Object.entries(settings)) {
    const values = checked(name, raw)
    const key = Object.keys(services).find((other) => other === name || toLabel(other) === name)
    if (key === undefined && !mayAdd(values, tree)) continue
    services[key ?? name] = merged(services[key ?? name] ?? {}, values)
    set.set(key ?? name, { name, values })
  }
  const declaration: Declaration = { ...file.declaration, services }
  const setBy = ([first, key, inner]: KeyPath) => {
    const found = first === 'services' ? set.get(String(key)) : undefined
    const isWhole = inner === undefined && file.declaration.services?.[String(key)] === undefined
    return found !== undefined && (isWhole || (inner !== undefined && Object.hasOwn(found.values, inner))) ? found : undefined
  }
  const [contradiction] = contradictionsIn(declaration)
  if (contradiction !== undefined) throw invalid(setBy(contradiction.path)?.name ?? String(contradiction.path[1]), contradiction.message)
  return {
    declaration,
    onlySet: new Set([...set.keys()].filter((key) => file.declaration.services?.[key] === undefined)),
    at: (path, fact) => {
      const found = setBy(path)
      if (found === undefined) return file.at(path, fact)
      const isKept = Object.hasOwn(keptNames, found.name) && (path[2] ?? 'path') === 'path'
      if (isKept) return { path: keptNames[found.name]!, fact: `called ${found.name} before its folder was renamed` }
      return { path: `settings of ${found.name}`, fact: fact.replace('declared in kyozo.yaml', 'set by a person') }
    },
    refuse: (path, message) => {
      const found = setBy(path)
      if (found === undefined) return file.refuse(path, message)
      throw invalid(found.name, message)
    },
  }
}

/** A service that only settings know of: one that runs an image, or whose folder is there. What the repository lost stays lost. */
function mayAdd({ path, build }: DeclaredService, tree: SourceTree): boolean {
  if (path === undefined) return true
  return build?.image !== undefined || cleanPath(path) === '.' || tree.folders.has(cleanPath(path))
}

function checked(name: string, values: Readonly<Record<string, unknown>>): DeclaredService {
  const parsed = declarationSchema.safeParse({ services: { [name]: values } })
  if (parsed.success) return parsed.data.services?.[name] ?? {}
  // What a person sends is JSON, which is YAML: so the problems are said as those of a file.
  const text = parseYaml(JSON.stringify({ services: { [name]: values } }))
  const problems = 'problems' in text ? text.problems : parsed.error.issues.flatMap((issue) => problemsOf(issue, text.file, name))
  throw invalid(name, problems.map(({ message }) => message).join('; '))
}

/** Variables and limits are set one by one; everything else is one decision. */
function merged(said: DeclaredService, { env, resources, ...set }: DeclaredService): DeclaredService {
  return {
    ...said,
    ...set,
    ...(env === undefined ? {} : { env: { ...said.env, ...env } }),
    ...(resources === undefined ? {} : { resources: { ...said.resources, ...resources } }),
  }
}

function invalid(service: string, message: string): KyozoError {
  return new KyozoError('declaration_invalid', `settings of ${service}: ${message}`, {
    service,
    hint: `change the settings of ${service}; they are keys of kyozo.yaml, and \`kyozo schema\` prints what those may hold`,
  })
}

// A Python project's dependencies and settings, whichever of its many manifests says them.
import { perRepository } from '../memo.ts'
import { joinPath } from '../paths.ts'
import { dataAt, field, isData, stringAt } from '../reading/data.ts'
import type { Said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { at, localReferences, type ManifestFiles, pythonManifests, readManifests, requirementsOf } from './manifests.ts'
import { extrasOf, requirementName } from './requirements.ts'
import { findPythonVersion, versionFiles } from './versions.ts'

export { pythonManifests } from './manifests.ts'

export interface PythonProject {
  readonly name: string | undefined
  /** Production dependencies by normalized name (PEP 503). */
  readonly dependencies: ReadonlyMap<string, Evidence>
  /** References to folders of the same repository, as written. */
  readonly localPaths: readonly { readonly reference: string; readonly evidence: Evidence }[]
  /** Names of members of the same uv workspace that it depends on. */
  readonly workspaceMembers: readonly { readonly name: string; readonly evidence: Evidence }[]
  /** Programs that installing it makes, by name: `module:function`. */
  readonly scripts: readonly Script[]
  readonly version: Said<string> | undefined
  readonly packageManager: { readonly value: string; readonly evidence: Evidence | undefined }
  /** The manifest that speaks first, or undefined for a bare script. */
  readonly manifest: Evidence | undefined
  /** Where it says that it builds a distribution. */
  readonly distribution: Evidence | undefined
  /** Where it says that the distribution is for others: classifiers, or where to find it. */
  readonly published: Evidence | undefined
  readonly isWorkspaceRoot: boolean
}

export interface Script {
  readonly name: string
  /** Where the function is, such as `shop.server`. */
  readonly module: string
  readonly callable: string
  readonly evidence: Evidence
}

export function readPythonProject(folder: Folder, repository: Repository): PythonProject {
  return readProject(folder.path, repository)
}

const readProject = perRepository((path: string, repository: Repository): PythonProject => {
  const folder = repository.folders.get(path) ?? { path, files: new Set<string>(), folders: new Set<string>() }
  const files = readManifests(folder, repository)
  const requirements = requirementsOf(files, folder, repository)
  const { pyproject } = files
  return {
    name: stringAt(pyproject?.data, 'project', 'name') ?? stringAt(pyproject?.data, 'tool', 'poetry', 'name'),
    dependencies: new Map(
      requirements.flatMap(({ text, evidence }) => {
        const name = requirementName(text)
        const known = name === undefined ? [] : [name, ...extrasOf(text).map((extra) => `${name}[${extra}]`)]
        return known.map((one) => [one, { ...evidence, fact: `${one} in ${evidence.fact}` }] as const)
      }),
    ),
    localPaths: localReferences(files, requirements),
    workspaceMembers: Object.entries(dataAt(pyproject?.data, 'tool', 'uv', 'sources')).flatMap(([name, source]) =>
      field(source, 'workspace') === true ? [{ name, evidence: at(pyproject, name, `${name} from the workspace`) }] : [],
    ),
    scripts: scriptsOf(files),
    version: findPythonVersion(files, folder, repository),
    packageManager: packageManagerOf(folder, files),
    manifest: manifestOf(folder),
    distribution: distributionOf(files),
    published: publishedOf(files),
    isWorkspaceRoot: isData(field(dataAt(pyproject?.data, 'tool', 'uv'), 'workspace')),
  }
})

function manifestOf(folder: Folder): Evidence | undefined {
  const name = pythonManifests.find((candidate) => folder.files.has(candidate)) ?? ['runtime.txt'].find((file) => folder.files.has(file))
  return name === undefined ? undefined : { path: joinPath(folder.path, name), line: 1, fact: name }
}

function scriptsOf({ pyproject, setup }: ManifestFiles): Script[] {
  const tables = [dataAt(pyproject?.data, 'project', 'scripts'), dataAt(pyproject?.data, 'tool', 'poetry', 'scripts')]
  const stated = tables.flatMap((table) =>
    Object.entries(table).flatMap(([name, value]) => {
      const reference = typeof value === 'string' ? value : (stringAt(value, 'reference') ?? stringAt(value, 'callable'))
      return reference === undefined ? [] : [{ name, reference, evidence: at(pyproject, name, `script ${name}`) }]
    }),
  )
  const console = [...(setup?.text ?? '').slice(0, 32_768).matchAll(/["']([\w.-]{1,60})\s{0,4}=\s{0,4}([\w.]{1,100}:\w{1,60})["']/g)]
  const old = console.map(([, name = '', reference = '']) => ({ name, reference, evidence: at(setup, reference, `script ${name}`) }))
  return [...stated, ...old].slice(0, 20).flatMap(({ name, reference, evidence }) => {
    const [, module, callable] = /^([\w.]{1,100})(?::(\w{1,60}))?/.exec(reference) ?? []
    return module === undefined ? [] : [{ name, module, callable: callable ?? '', evidence }]
  })
}

/** Poetry writes a build system into every project; the ones that are never built say so. */
function distributionOf({ pyproject, setup, setupConfig }: ManifestFiles): Evidence | undefined {
  const isNone = field(dataAt(pyproject?.data, 'tool', 'poetry'), 'package-mode') === false
  const isUnpackaged = field(dataAt(pyproject?.data, 'tool', 'uv'), 'package') === false
  if (isNone || isUnpackaged) return undefined
  const fact = 'is built as a distribution for others'
  if (isData(field(pyproject?.data, 'build-system'))) return at(pyproject, '[build-system]', fact)
  if (setup !== undefined && /\bsetup\s{0,4}\(/.test(setup.text)) return at(setup, 'setup(', fact)
  return setupConfig?.text.includes('[metadata]') === true ? at(setupConfig, '[metadata]', fact) : undefined
}

function publishedOf({ pyproject, setup, setupConfig }: ManifestFiles): Evidence | undefined {
  const fact = 'is published for others to install'
  for (const key of ['classifiers', 'urls', 'keywords', 'homepage', 'repository']) {
    const isSaid = field(dataAt(pyproject?.data, 'project'), key) ?? field(dataAt(pyproject?.data, 'tool', 'poetry'), key)
    if (isSaid !== undefined) return at(pyproject, key, fact)
  }
  const old = [setup, setupConfig].find((file) => /\bclassifiers?\s{0,4}=/.test(file?.text ?? ''))
  return old && at(old, 'classifier', fact)
}

/** Lockfiles, then tables of pyproject.toml, then manifests of their own; pip otherwise. */
function packageManagerOf(folder: Folder, { pyproject, pixi, conda, pipfile }: ManifestFiles): PythonProject['packageManager'] {
  const file = (name: string) => (folder.files.has(name) ? { path: joinPath(folder.path, name), fact: name } : undefined)
  const table = (name: string) =>
    isData(field(field(pyproject?.data, 'tool'), name)) ? at(pyproject, `[tool.${name}`, `[tool.${name}]`) : undefined
  const [environment] = conda
  const signs: readonly (readonly [string, Evidence | undefined])[] = [
    ['uv', file('uv.lock')],
    ['poetry', file('poetry.lock')],
    ['pdm', file('pdm.lock')],
    ['uv', table('uv')],
    ['poetry', table('poetry')],
    ['pdm', table('pdm')],
    ['pipenv', pipfile === undefined ? file('Pipfile.lock') : { path: pipfile.path, fact: 'Pipfile' }],
    ['pixi', pixi === undefined ? table('pixi') : { path: pixi.path, fact: 'pixi.toml' }],
    ['conda', environment?.evidence],
  ]
  const [value, evidence] = signs.find(([, sign]) => sign !== undefined) ?? ['pip', undefined]
  return { value, evidence }
}

/** Whether Python is all that the folder holds: its manifests alone, or with source and notebooks of no other language. */
export function isOnlyPython(folder: Folder, repository: Repository): boolean {
  const inside = [...folder.folders].flatMap((name) => repository.folders.get(joinPath(folder.path, name)) ?? [])
  const isForeign = (name: string) => foreignFiles.test(name)
  if (holdsPython(folder, repository)) return ![folder, ...inside].some(({ files }) => [...files].some(isForeign))
  const isOwn = (name: string) =>
    pythonManifests.includes(name) ||
    versionFiles.includes(name) ||
    /^(?:\.|requirements|constraints|README|LICENSE|CHANGELOG|Pipfile)/i.test(name)
  return (
    [...folder.files].every(isOwn) && [...folder.folders].every((name) => name.startsWith('.') || ['docs', 'tests', 'test'].includes(name))
  )
}

/** Source and manifests of other languages, and of what is only documents or infrastructure. */
const foreignFiles =
  /^(?:package\.json|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|Gemfile|composer\.json|mix\.exs|index\.html|mkdocs\.ya?ml|conf\.py|action\.ya?ml)$|\.(?:[cf]sproj|sln|tf|go|rs|java|rb|php|[jt]sx?|c|cc|cpp|cs|swift|kt|scala|ex|hs)$/

/** Whether Python source or notebooks lie in the folder, in one directly below, or in a package in src/. */
export function holdsPython(folder: Folder, repository: Repository): boolean {
  const below = (path: string) => [...(repository.folders.get(path)?.folders ?? [])].map((name) => joinPath(path, name))
  const paths = [folder.path, ...below(folder.path), ...below(joinPath(folder.path, 'src'))]
  const isPython = (name: string) => (name.endsWith('.py') && name !== 'setup.py') || name.endsWith('.ipynb')
  return paths.some((path) => [...(repository.folders.get(path)?.files ?? [])].some(isPython))
}

// A Python project's dependencies and settings, whichever of its many manifests says them.

import { perRepository } from '../memo.ts'
import { joinPath } from '../paths.ts'
import { field, isData, stringAt, stringsIn } from '../reading/data.ts'
import { lineOf } from '../reading/lines.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { normalizeVersion } from '../versions.ts'

export interface PythonProject {
  readonly name: string | undefined
  /** Production dependencies by normalized name (PEP 503). */
  readonly dependencies: ReadonlyMap<string, Evidence>
  /** References to folders of the same repository, as written. */
  readonly localPaths: readonly { readonly reference: string; readonly evidence: Evidence }[]
  /** Names of members of the same uv workspace that it depends on. */
  readonly workspaceMembers: readonly { readonly name: string; readonly evidence: Evidence }[]
  readonly version: string | undefined
  readonly packageManager: string
  /** The manifest that speaks first, or undefined for a bare script. */
  readonly manifest: Evidence | undefined
  /** Whether it builds a distribution for others. */
  readonly isPackage: boolean
  readonly isWorkspaceRoot: boolean
}

interface Requirement {
  readonly text: string
  readonly evidence: Evidence
}

export const pythonManifests = ['pyproject.toml', 'requirements.txt', 'Pipfile', 'setup.py', 'setup.cfg'] as const

export function readPythonProject(folder: Folder, repository: Repository): PythonProject {
  return readProject(folder.path, repository)
}

const readProject = perRepository((path: string, repository: Repository): PythonProject => {
  const folder = repository.folders.get(path) ?? { path, files: new Set<string>(), folders: new Set<string>() }
  const pyproject = tomlIn(folder, 'pyproject.toml', repository)
  const pipfile = tomlIn(folder, 'Pipfile', repository)
  const requirements = [...fromPyproject(pyproject), ...fromPipfile(pipfile), ...fromRequirements(folder, repository)]
  const manifest = pythonManifests.find((name) => folder.files.has(name))
  const sources = field(field(field(pyproject?.data, 'tool'), 'uv'), 'sources')
  return {
    name: stringAt(pyproject?.data, 'project', 'name') ?? stringAt(pyproject?.data, 'tool', 'poetry', 'name'),
    dependencies: new Map(
      requirements.flatMap(({ text, evidence }) => {
        const name = requirementName(text)
        return name === undefined ? [] : [[name, { ...evidence, fact: `${name} in ${evidence.fact}` }] as const]
      }),
    ),
    localPaths: [...requirements.flatMap(localPath), ...poetryPaths(pyproject), ...uvPaths(pyproject, sources)],
    workspaceMembers: isData(sources)
      ? Object.entries(sources).flatMap(([name, source]) =>
          field(source, 'workspace') === true ? [{ name, evidence: at(pyproject, name, `${name} from the workspace`) }] : [],
        )
      : [],
    version: findPythonVersion(folder, repository, pyproject, pipfile),
    packageManager: packageManagerOf(folder, pyproject),
    manifest: manifest === undefined ? undefined : { path: joinPath(folder.path, manifest), line: 1, fact: manifest },
    isPackage: isData(field(pyproject?.data, 'build-system')) || folder.files.has('setup.py'),
    isWorkspaceRoot: isData(field(field(field(pyproject?.data, 'tool'), 'uv'), 'workspace')),
  }
})

type Toml = NonNullable<ReturnType<typeof tomlIn>>

function tomlIn(folder: Folder, name: string, repository: Repository) {
  return folder.files.has(name) ? repository.read.toml(joinPath(folder.path, name)) : undefined
}

function at(file: Toml | undefined, words: string, fact: string): Evidence {
  const line = file === undefined ? undefined : lineOf(file.text, words)
  return { path: file?.path ?? '', ...(line === undefined ? {} : { line }), fact }
}

function fromPyproject(file: Toml | undefined): Requirement[] {
  const listed = stringsIn(field(field(file?.data, 'project'), 'dependencies'))
  const poetry = field(field(field(file?.data, 'tool'), 'poetry'), 'dependencies')
  const names = isData(poetry) ? Object.keys(poetry).filter((name) => name !== 'python') : []
  return [...listed, ...names].map((text) => ({ text, evidence: at(file, text, 'dependencies') }))
}

function fromPipfile(file: Toml | undefined): Requirement[] {
  const packages = field(file?.data, 'packages')
  return isData(packages) ? Object.keys(packages).map((text) => ({ text, evidence: at(file, text, 'packages') })) : []
}

function fromRequirements(folder: Folder, repository: Repository): Requirement[] {
  return ['requirements.txt', 'requirements.in', 'requirements/production.txt', 'requirements/prod.txt', 'requirements/base.txt'].flatMap(
    (name) => {
      const path = joinPath(folder.path, name)
      if (!repository.tree.entries.has(path)) return []
      const text = repository.read.text(path) ?? ''
      return text.split('\n').flatMap((line, index) => {
        const words = line.replace(/\s#.*$/, '').trim()
        return words === '' || words.startsWith('#') ? [] : [{ text: words, evidence: { path, line: index + 1, fact: 'requirements' } }]
      })
    },
  )
}

/** The normalized name of a requirement such as `uvicorn[standard]>=0.30; python_version > "3"`, or undefined for an option or a path. */
function requirementName(text: string): string | undefined {
  const name = /^([A-Za-z0-9][A-Za-z0-9._-]{0,100})(?=$|[\s[<>=!~;@(,])/.exec(text)?.[1]
  return name?.toLowerCase().replace(/[._-]{1,100}/g, '-')
}

function localPath({ text, evidence }: Requirement): PythonProject['localPaths'] {
  const reference =
    /^(?:-e\s{1,4}|--editable[\s=])?(?:file:)?(\.{1,2}(?:\/[^\s;#[]{0,200})?)(?=$|[\s;[])/.exec(text)?.[1] ??
    /@\s{0,4}file:(?:\/\/)?(\.{1,2}\/[^\s;#]{1,200})/.exec(text)?.[1]
  return reference === undefined || reference === '.'
    ? []
    : [{ reference, evidence: { ...evidence, fact: `${reference} in requirements` } }]
}

function poetryPaths(file: Toml | undefined): PythonProject['localPaths'] {
  const poetry = field(field(field(file?.data, 'tool'), 'poetry'), 'dependencies')
  if (!isData(poetry)) return []
  return Object.entries(poetry).flatMap(([name, value]) => {
    const reference = stringAt(value, 'path')
    return reference === undefined ? [] : [{ reference, evidence: at(file, name, `${name} from ${reference}`) }]
  })
}

function uvPaths(file: Toml | undefined, sources: unknown): PythonProject['localPaths'] {
  if (!isData(sources)) return []
  return Object.entries(sources).flatMap(([name, value]) => {
    const reference = stringAt(value, 'path')
    return reference === undefined ? [] : [{ reference, evidence: at(file, name, `${name} from ${reference}`) }]
  })
}

function findPythonVersion(
  folder: Folder,
  repository: Repository,
  pyproject: Toml | undefined,
  pipfile: Toml | undefined,
): string | undefined {
  const file = folder.files.has('.python-version') ? repository.read.text(joinPath(folder.path, '.python-version')) : undefined
  const runtime = folder.files.has('runtime.txt') ? repository.read.text(joinPath(folder.path, 'runtime.txt')) : undefined
  const stated = [
    file?.split('\n')[0],
    runtime?.trim().replace(/^python-/, ''),
    stringAt(pipfile?.data, 'requires', 'python_version'),
    stringAt(pyproject?.data, 'project', 'requires-python')?.replaceAll(',', ' '),
    stringAt(pyproject?.data, 'tool', 'poetry', 'dependencies', 'python'),
  ]
  return stated.map((text) => normalizeVersion(text, 2)).find((version) => version !== undefined)
}

function packageManagerOf(folder: Folder, pyproject: Toml | undefined): string {
  const tool = field(pyproject?.data, 'tool')
  if (folder.files.has('uv.lock') || isData(field(tool, 'uv'))) return 'uv'
  if (folder.files.has('poetry.lock') || isData(field(tool, 'poetry'))) return 'poetry'
  if (folder.files.has('Pipfile')) return 'pipenv'
  if (folder.files.has('pdm.lock')) return 'pdm'
  return 'pip'
}

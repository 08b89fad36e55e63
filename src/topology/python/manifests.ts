// What each of Python's many manifests says a project needs.
import { joinPath, resolvePath } from '../paths.ts'
import { dataAt, field, isData, stringAt, stringsIn } from '../reading/data.ts'
import { lineOf } from '../reading/lines.ts'
import type { TomlFile } from '../reading/reader.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { listedRequirements, type Requirement, readRequirementFiles, stringsInList } from './requirements.ts'

/** Files that make a folder a Python project, the one that says most first. */
export const pythonManifests: readonly string[] = ['pyproject.toml', 'requirements.txt', 'Pipfile', 'setup.py', 'setup.cfg', 'requirements.in', 'environment.yml', 'environment.yaml', 'pixi.toml', 'poetry.lock', 'uv.lock', 'pdm.lock'] // biome-ignore format: a list

/** Every manifest of a folder, read. */
export interface ManifestFiles {
  readonly pyproject: TomlFile | undefined
  readonly pipfile: TomlFile | undefined
  readonly pixi: TomlFile | undefined
  readonly conda: readonly Requirement[]
  readonly setup: SourceFile | undefined
  readonly setupConfig: SourceFile | undefined
}

export interface SourceFile {
  readonly path: string
  readonly text: string
}

export function readManifests(folder: Folder, repository: Repository): ManifestFiles {
  const toml = (name: string) => (folder.files.has(name) ? repository.read.toml(joinPath(folder.path, name)) : undefined)
  const source = (name: string) => {
    const text = folder.files.has(name) ? repository.read.text(joinPath(folder.path, name)) : undefined
    return text === undefined ? undefined : { path: joinPath(folder.path, name), text }
  }
  return {
    pyproject: toml('pyproject.toml'),
    pipfile: toml('Pipfile'),
    pixi: toml('pixi.toml'),
    conda: readConda(folder, repository),
    setup: source('setup.py'),
    setupConfig: source('setup.cfg'),
  }
}

/** What production needs; groups for development, tests and documents are left out. */
export function requirementsOf(files: ManifestFiles, folder: Folder, repository: Repository): Requirement[] {
  return [
    ...fromPyproject(files.pyproject, folder, repository),
    ...namesAt(files.pipfile, ['packages'], 'packages'),
    ...fromSetup(files.setup),
    ...fromSetupConfig(files.setupConfig),
    ...listedRequirements(folder, repository),
    ...files.conda,
    ...namesAt(files.pixi, ['dependencies'], 'dependencies'),
    ...namesAt(files.pixi, ['pypi-dependencies'], 'pypi-dependencies'),
  ]
}

/** The place of a word in a manifest. */
export function at(file: SourceFile | undefined, words: string, fact: string): Evidence {
  const line = file === undefined ? undefined : lineOf(file.text, words)
  return { path: file?.path ?? '', ...(line === undefined ? {} : { line }), fact }
}

function fromPyproject(file: TomlFile | undefined, folder: Folder, repository: Repository): Requirement[] {
  if (file === undefined) return []
  const listed = [
    ...stringsIn(field(field(file.data, 'project'), 'dependencies')),
    ...stringsIn(field(dataAt(file.data, 'tool', 'flit', 'metadata'), 'requires')),
  ]
  const named = field(dataAt(file.data, 'tool', 'setuptools', 'dynamic', 'dependencies'), 'file')
  const lists = (typeof named === 'string' ? [named] : stringsIn(named)).flatMap((name) => resolvePath(folder.path, name) ?? [])
  return [
    ...listed.map((text) => ({ text, evidence: at(file, text, 'dependencies') })),
    ...namesAt(file, ['tool', 'poetry', 'dependencies'], 'dependencies').filter(({ text }) => text !== 'python'),
    ...namesAt(file, ['tool', 'pixi', 'dependencies'], 'dependencies'),
    ...namesAt(file, ['tool', 'pixi', 'pypi-dependencies'], 'dependencies'),
    ...readRequirementFiles(lists, repository),
  ]
}

function namesAt(file: TomlFile | undefined, keys: readonly string[], fact: string): Requirement[] {
  return Object.entries(dataAt(file?.data, ...keys)).map(([name, value]) => {
    const extras = stringsIn(field(value, 'extras'))
    return { text: extras.length === 0 ? name : `${name}[${extras.join(',')}]`, evidence: at(file, name, fact) }
  })
}

function fromSetup(file: SourceFile | undefined): Requirement[] {
  if (file === undefined) return []
  return stringsInList(file.text, /\binstall_requires\s{0,4}=\s{0,4}\[/).map(({ text, line }) => ({
    text,
    evidence: { path: file.path, line, fact: 'install_requires' },
  }))
}

function fromSetupConfig(file: SourceFile | undefined): Requirement[] {
  if (file === undefined) return []
  const lines = file.text.split('\n').slice(0, 2000)
  const start = lines.findIndex((line) => /^install_requires\s{0,4}=/.test(line))
  const end = start < 0 ? -1 : lines.findIndex((line, index) => index > start && /^\S/.test(line))
  if (start < 0) return []
  return lines.slice(start, end < 0 ? undefined : end).flatMap((line, index) => {
    const text = line.replace(/^install_requires\s{0,4}=/, '').trim()
    return text === '' ? [] : [{ text, evidence: { path: file.path, line: start + index + 1, fact: 'install_requires' } }]
  })
}

/** Conda's environment: its own packages, and those that pip installs in it. */
function readConda(folder: Folder, repository: Repository): Requirement[] {
  const name = ['environment.yml', 'environment.yaml'].find((candidate) => folder.files.has(candidate))
  const path = name === undefined ? undefined : joinPath(folder.path, name)
  const file = path === undefined ? undefined : repository.read.yaml(path)
  const list = field(file?.data, 'dependencies')
  if (path === undefined || !Array.isArray(list)) return []
  const text = repository.read.text(path) ?? ''
  return list
    .flatMap((item: unknown) => (isData(item) ? stringsIn(field(item, 'pip')) : typeof item === 'string' ? [item] : []))
    .map((requirement) => ({ text: requirement, evidence: at({ path, text }, requirement, name ?? 'environment.yml') }))
}

/** References to folders of the same repository. */
export function localReferences(files: ManifestFiles, requirements: readonly Requirement[]): { reference: string; evidence: Evidence }[] {
  return [
    ...requirements.flatMap(localPath),
    ...pathsAt(files.pyproject, dataAt(files.pyproject?.data, 'tool', 'poetry', 'dependencies')),
    ...pathsAt(files.pyproject, dataAt(files.pyproject?.data, 'tool', 'uv', 'sources')),
    ...pathsAt(files.pipfile, dataAt(files.pipfile?.data, 'packages')),
  ]
}

function localPath({ text, evidence }: Requirement): { reference: string; evidence: Evidence }[] {
  const reference =
    /^(?:-e\s{1,4}|--editable[\s=])?(?:file:)?(\.{1,2}(?:\/[^\s;#[]{0,200})?)(?=$|[\s;[])/.exec(text)?.[1] ??
    /@\s{0,4}file:(?:\/\/)?(\.{1,2}\/[^\s;#]{1,200})/.exec(text)?.[1]
  return reference === undefined || reference === '.'
    ? []
    : [{ reference, evidence: { ...evidence, fact: `${reference} in requirements` } }]
}

function pathsAt(file: TomlFile | undefined, sources: Readonly<Record<string, unknown>>): { reference: string; evidence: Evidence }[] {
  return Object.entries(sources).flatMap(([name, value]) => {
    const reference = stringAt(value, 'path')
    return reference === undefined ? [] : [{ reference, evidence: at(file, name, `${name} from ${reference}`) }]
  })
}

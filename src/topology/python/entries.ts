// Where a Python program begins.
import { findDockerfile } from '../dockerfiles.ts'
import { baseName, joinPath, parentOf } from '../paths.ts'
import { findProcess } from '../procfile.ts'
import type { Folder, Repository } from '../repository.ts'
import { bareEntries, distributionEntries, packageEntries, pythonEntries } from './frameworks.ts'
import { pythonManifests, readPythonProject, type Script } from './project.ts'

export interface PythonEntries {
  /** Files to scan, the one that is run first. */
  readonly files: readonly string[]
  /** The script whose function is the program, when nothing else is. */
  readonly script?: Script
  readonly django?: DjangoProject
}

/** A Django project: the folder of manage.py and its own package beside it. */
export interface DjangoProject {
  readonly folder: string
  readonly package: string
}

export function findPythonEntries(folder: Folder, repository: Repository): PythonEntries {
  const django = findDjango(folder, repository)
  if (django !== undefined) return { files: djangoFiles(django, repository), django }
  const commanded = commandedFiles(folder, repository)
  if (commanded.length > 0) return { files: commanded }
  const named = firstThere(ownEntries(folder, repository), folder.path, repository)
  if (named !== undefined) return { files: [named] }
  const script = findScript(folder, repository)
  if (script !== undefined) return { files: [script.file], script: script.script }
  const inside = packageEntry(folder, repository) ?? loneFile(folder, repository)
  return { files: inside === undefined ? [] : [inside] }
}

/** Below a folder without a manifest, or in one with its own, lies somebody else's program. */
function ownEntries(folder: Folder, repository: Repository): readonly string[] {
  const isProject = hasManifest(folder) || folder.files.has('Dockerfile')
  return pythonEntries.filter((name) => {
    const inner = repository.folders.get(parentOf(joinPath(folder.path, name)))
    return !name.includes('/') || (isProject && inner !== undefined && !hasManifest(inner) && !inner.files.has('Dockerfile'))
  })
}

/** The nearest manage.py: in the folder itself, or in the only folder below that has one and no manifest of its own. */
function findDjango(folder: Folder, repository: Repository): DjangoProject | undefined {
  const isProject = (path: string) => repository.folders.get(path)?.files.has('manage.py') === true
  const nested = [...folder.folders].map((name) => joinPath(folder.path, name)).filter(isProject)
  const home = isProject(folder.path) ? folder.path : nested.length === 1 && hasManifest(folder) ? nested[0] : undefined
  const inside = home === undefined ? undefined : repository.folders.get(home)
  if (inside === undefined || (inside !== folder && hasManifest(inside))) return undefined
  const name = [...inside.folders].sort().find((candidate) => {
    const own = repository.folders.get(joinPath(inside.path, candidate))
    const { files, folders } = own ?? { files: new Set<string>(), folders: new Set<string>() }
    return files.has('wsgi.py') || files.has('asgi.py') || files.has('settings.py') || (folders.has('settings') && files.has('urls.py'))
  })
  return name === undefined ? undefined : { folder: inside.path, package: name }
}

function djangoFiles({ folder, package: name }: DjangoProject, repository: Repository): string[] {
  const settings = ['settings.py', 'settings/__init__.py', 'settings/base.py', 'settings/production.py', 'settings/prod.py']
  return ['manage.py', ...[...settings, 'urls.py', 'celery.py'].map((file) => `${name}/${file}`)]
    .map((file) => joinPath(folder, file))
    .filter((path) => repository.tree.entries.has(path))
}

/** What a Procfile or Dockerfile runs: a file, `-m package.module` or `package.module:application`. */
function commandedFiles(folder: Folder, repository: Repository): string[] {
  const commands = [findProcess(folder, repository)?.command, findDockerfile(folder, repository)?.command?.text]
  for (const command of commands) {
    const files = namesInCommand(command ?? '').flatMap((name) => {
      const places = [name, `src/${name}`, `app/${name}`, baseName(name)]
      return firstThere(places, folder.path, repository) ?? []
    })
    if (files.length > 0) return [...new Set(files)].slice(0, 2)
  }
  return []
}

function namesInCommand(command: string): string[] {
  const text = command.slice(0, 1000)
  const file = /(?:^|[\s"'=/])((?:[\w-]{1,60}\/){0,6}[\w-]{1,60}\.py)\b/.exec(text)?.[1]
  const module = /\s-m\s{1,4}([A-Za-z_][\w.]{0,120})/.exec(text)?.[1]
  const application = /(?:^|[\s"'])([A-Za-z_][\w.]{0,120}):[A-Za-z_]\w{0,60}/.exec(text)?.[1]
  const wsgi = /\s([A-Za-z_]\w{0,60}(?:\.\w{1,60}){0,5}\.(?:wsgi|asgi))\b/.exec(text)?.[1]
  const modules = [application, wsgi, module].flatMap((name) => (name === undefined ? [] : [name.replaceAll('.', '/')]))
  return [...(file === undefined ? [] : [file]), ...modules.flatMap((path) => [`${path}.py`, `${path}/__main__.py`, `${path}/__init__.py`])]
}

function findScript(folder: Folder, repository: Repository): { script: Script; file: string } | undefined {
  const { scripts } = readPythonProject(folder, repository)
  const best = ['start', 'serve', 'server', 'app', 'web', 'api', 'main', 'run']
  const rank = ({ name }: Script) => (best.includes(name) ? best.indexOf(name) : best.length)
  for (const script of [...scripts].sort((a, b) => rank(a) - rank(b))) {
    const path = script.module.replaceAll('.', '/')
    const file = firstThere([`${path}.py`, `${path}/__init__.py`, `src/${path}.py`, `src/${path}/__init__.py`], folder.path, repository)
    if (file !== undefined) return { script, file }
  }
  return undefined
}

/** The entry file of the project's own package, when there is just one package with one. */
function packageEntry(folder: Folder, repository: Repository): string | undefined {
  if (!hasManifest(folder)) return undefined
  const names = readPythonProject(folder, repository).distribution === undefined ? packageEntries : distributionEntries
  const homes = [folder.path, joinPath(folder.path, 'src')].flatMap((home) =>
    [...(repository.folders.get(home)?.folders ?? [])].map((name) => joinPath(home, name)),
  )
  const packages = homes.filter((path) => {
    const inside = repository.folders.get(path)
    const isNamed =
      baseName(parentOf(path)) === 'src' &&
      baseName(path) ===
        readPythonProject(folder, repository)
          .name?.toLowerCase()
          .replace(/[^a-z0-9]/g, '_')
    return inside !== undefined && (inside.files.has('__init__.py') || isNamed) && !hasManifest(inside)
  })
  const found = packages.flatMap((path) => firstThere(names, path, repository) ?? [])
  if (found.length > 0) return found.length === 1 ? found[0] : undefined
  const [only] = packages
  const init = only === undefined || packages.length > 1 ? undefined : joinPath(only, '__init__.py')
  return init !== undefined &&
    /^def (?:create|make)_app\s{0,4}\(|=\s{0,4}(?:Flask|FastAPI)\s{0,4}\(/m.test(repository.read.text(init) ?? '')
    ? init
    : undefined
}

/** Files that set a project up, test it or configure a tool: nobody's program. */
const neverEntries =
  /^(?:setup|conftest|noxfile|fabfile|tasks|conf|config|settings|constants|utils|models|versioneer|__init__|test_.{0,80}|.{0,80}_test|gunicorn.{0,40}|.{0,40}_pb2(?:_grpc)?)\.py$/

/** The only Python file of a project, whatever it is called. */
function loneFile(folder: Folder, repository: Repository): string | undefined {
  if (!hasManifest(folder) && folder.path !== '.') return undefined
  const files = [...folder.files].filter((name) => name.endsWith('.py') && !neverEntries.test(name)).sort()
  if (files.length === 1 && files[0] !== undefined) return joinPath(folder.path, files[0])
  if (files.length > loneLimit) return undefined
  const isProgram = (path: string) => /^if __name__\s{0,4}==/m.test(repository.read.text(path) ?? '')
  const programs = files.map((name) => joinPath(folder.path, name)).filter(isProgram)
  return programs.length === 1 ? programs[0] : undefined
}

/** Files that are asked whether they are programs when no name says so. */
const loneLimit = 6

function firstThere(names: readonly string[], folder: string, repository: Repository): string | undefined {
  return names.map((name) => joinPath(folder, name)).find((path) => repository.tree.entries.has(path))
}

export function hasManifest(folder: Folder): boolean {
  return pythonManifests.some((name) => folder.files.has(name))
}

/** Whether a folder without a manifest has a file by which programs go. */
export function mayBeBareProgram(folder: Folder, repository: Repository): boolean {
  if (folder.path === '.' || bareEntries.some((name) => folder.files.has(name))) return true
  return folder.files.has('Procfile') || findDockerfile(folder, repository)?.command !== undefined
}

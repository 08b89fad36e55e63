// How a Python folder starts in production.
import { joinPath, relativeTo } from '../paths.ts'
import type { SourceFacts } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'
import { djangoStart } from './django-start.ts'
import type { PythonEntries } from './entries.ts'
import { applicationServers, type PythonFramework } from './frameworks.ts'
import type { PythonProject } from './project.ts'

export interface StartInput {
  readonly folder: Folder
  readonly project: PythonProject
  readonly entries: PythonEntries
  readonly framework: PythonFramework | undefined
  readonly source: SourceFacts
  readonly repository: Repository
  /** Where it will listen, if it listens. */
  readonly port: number | undefined
}

/**
 * A production server where one is installed, else the framework's own bound to every address, else the entry file. A file that binds to
 * 127.0.0.1 by default cannot be reached from outside its container, so it is only run as it is when it names an address itself.
 */
export function findPythonStart(input: StartInput): string | undefined {
  const { framework, entries, source } = input
  if (framework?.name === 'django') return djangoStart(input)
  const own = frameworkStart(input)
  if (own !== undefined) return own
  if (framework !== undefined && framework.protocol !== 'worker') {
    const served = serverStart(input)
    if (served !== undefined) return served
  }
  if (entries.script !== undefined && entries.script.callable !== '') return scriptStart(input)
  const file = fileOf(input)
  if (file === undefined) return undefined
  const plain = callableStart(input)
  if (plain !== undefined && source.listens?.fact.includes('def ') === true) return plain
  return /(?:^|\/)__main__\.py$/.test(file) && file !== '__main__.py' ? moduleStart(input, file) : `python ${file}`
}

/** The server that runs an application object when nothing says otherwise, and the port it then takes. */
export function applicationServer(project: PythonProject): { readonly name: string; readonly port: number } | undefined {
  return applicationServers.find(({ name }) => project.dependencies.has(name))
}

function fileOf({ folder, entries }: StartInput): string | undefined {
  const [entry] = entries.files
  return entry === undefined ? undefined : relativeTo(folder.path, entry)
}

function frameworkStart(input: StartInput): string | undefined {
  const { framework, source } = input
  if (framework === undefined || (framework.protocol === 'worker' && source.listens !== undefined)) return undefined
  return framework.name === 'gradio' && runsItself(input) ? undefined : filledStart(framework, input)
}

/** A framework's own command, with what it names filled in; undefined when the folder lacks what it names. */
export function filledStart(framework: PythonFramework, input: StartInput): string | undefined {
  const { start, application: className } = framework
  if (start === undefined) return undefined
  const { port } = input
  const application = findObject(input, className)
  const file = fileOf(input)
  const values: Readonly<Record<string, string | undefined>> = {
    file,
    module: application?.module ?? (file === undefined ? undefined : moduleOf(file, input)),
    reference: application?.reference,
    port: port === undefined ? undefined : String(port),
  }
  const isComplete = [...start.matchAll(/\{(\w{1,20})\}/g)].every(([, name = '']) => values[name] !== undefined)
  return isComplete ? start.replace(/\{(\w{1,20})\}/g, (_, name: string) => values[name] ?? '') : undefined
}

/** A file as a module: with the packages that it lies in. */
function moduleOf(file: string, { folder, repository }: StartInput): string {
  const parts = file.replace(/\.py$/, '').split('/')
  const first = parts.findIndex((_, at) =>
    repository.tree.entries.has(joinPath(folder.path, [...parts.slice(0, at + 1), '__init__.py'].join('/'))),
  )
  return parts.slice(first < 0 ? -1 : first).join('.')
}

function serverStart(input: StartInput): string | undefined {
  const { framework } = input
  const application = framework?.name === 'dash' ? dashObject(input) : findObject(input, framework?.application)
  if (application === undefined) return undefined
  if (framework?.protocol === 'asgi') return asgiStart(input, application)
  return framework?.protocol === 'wsgi' ? wsgiStart(input, application) : undefined
}

function asgiStart(input: StartInput, { reference, isFactory, home }: ApplicationObject): string | undefined {
  const { dependencies } = input.project
  if (!dependencies.has('uvicorn') && !dependencies.has('fastapi') && runsItself(input)) return undefined
  return `uvicorn ${reference} --host 0.0.0.0 --port ${input.port}${isFactory ? ' --factory' : ''}${home === '' ? '' : ` --app-dir ${home}`}`
}

function wsgiStart(input: StartInput, { reference, isFactory, home }: ApplicationObject): string | undefined {
  const { project, port } = input
  const target = isFactory ? `'${reference}()'` : reference
  if (project.dependencies.has('gunicorn')) return `gunicorn --bind 0.0.0.0:${port} ${home === '' ? '' : `--chdir ${home} `}${target}`
  if (project.dependencies.has('waitress'))
    return `waitress-serve --listen=0.0.0.0:${port} ${isFactory ? `--call ${reference}` : reference}`
  if (project.dependencies.has('uwsgi')) return `uwsgi --http 0.0.0.0:${port} --master --need-app --module ${target}`
  if (input.entries.script !== undefined && input.entries.script.callable !== '') return undefined
  // A file that serves by itself may prepare something first; one that only serves does it better with a server made for that.
  if (runsItself(input) && !onlyServes(input)) return undefined
  return `gunicorn --bind 0.0.0.0:${port} ${home === '' ? '' : `--chdir ${home} `}${target}`
}

interface ApplicationObject {
  readonly module: string
  readonly reference: string
  readonly isFactory: boolean
  /** The folder that modules are found from, when it is not the service's own. */
  readonly home: string
}

/** The module and name of the application object, such as `app.main:app`, or a factory that makes it. */
function findObject(input: StartInput, classNames: string | undefined): ApplicationObject | undefined {
  if (classNames === undefined) return undefined
  const names = classNames.replaceAll('.', '\\.')
  const pattern = new RegExp(
    `^(\\w{1,60})(?:\\s{0,4}:[^=\\n]{1,60})?(?:,\\s{0,4}\\w{1,40})?\\s{0,4}=\\s{0,4}(?:\\w{1,40}\\.)?(?:${names})\\s{0,4}\\(`,
    'm',
  )
  for (const { text, module, home } of modulesOf(input)) {
    const object = pattern.exec(text)?.[1]
    if (object !== undefined) return { module, reference: `${module}:${object}`, isFactory: false, home }
    const factory = /^def (create_app|make_app|build_app|get_app|create_application)\s{0,4}\(/m.exec(text)?.[1]
    const isMade = classNames.split('|').some((name) => text.includes(`${name}(`))
    if (factory === undefined || !isMade) continue
    const made = new RegExp(`^(\\w{1,60})\\s{0,4}=\\s{0,4}${factory}\\s{0,4}\\(`, 'm').exec(text)?.[1]
    return { module, reference: `${module}:${made ?? factory}`, isFactory: made === undefined, home }
  }
  return undefined
}

/** Dash keeps its Flask application in `server`. */
function dashObject(input: StartInput): ApplicationObject | undefined {
  for (const { text, module, home } of modulesOf(input)) {
    const object = /^(\w{1,60})\s{0,4}=\s{0,4}\w{1,60}\.server\b/m.exec(text)?.[1]
    if (object !== undefined) return { module, reference: `${module}:${object}`, isFactory: false, home }
  }
  return undefined
}

/** A project's name as its package is called. */
function moduleName(name: string | undefined): string | undefined {
  return name?.toLowerCase().replace(/[^a-z0-9]/g, '_')
}

/** The scanned files of the folder with their modules' names: those of a package in src/ are found from there. */
function modulesOf({ folder, project, source, repository }: StartInput): { text: string; module: string; home: string }[] {
  return source.files.flatMap((path) => {
    const text = repository.read.text(path)
    if (text === undefined || !path.startsWith(folder.path === '.' ? '' : `${folder.path}/`)) return []
    const inside = relativeTo(folder.path, path)
    const [first = '', second = ''] = inside.split('/')
    const isPackage = repository.tree.entries.has(joinPath(folder.path, `src/${second}/__init__.py`)) || (inside.split('/').length > 2 && second === moduleName(project.name))
    const isSource = first === 'src' && isPackage && !repository.tree.entries.has(joinPath(folder.path, 'src/__init__.py'))
    const name = isSource ? inside.slice('src/'.length) : inside
    return [{ text, module: name.replace(/\.py$/, '').replace(/\/__init__$/, '').replaceAll('/', '.'), home: isSource ? 'src' : '' }]
  }) // biome-ignore format: a chain
}

/** A plain WSGI or ASGI function, which needs a server of its own. */
function callableStart({ project, port, source, ...rest }: StartInput): string | undefined {
  const [first] = modulesOf({ project, port, source, ...rest })
  const [, isAsync, name] = /^(async )?def (\w{1,40})\s{0,4}\(\s{0,4}(?:environ|scope)\b/m.exec(first?.text ?? '') ?? []
  if (first === undefined || name === undefined) return undefined
  const reference = `${first.module}:${name}`
  return isAsync === undefined ? `gunicorn --bind 0.0.0.0:${port} ${reference}` : `uvicorn ${reference} --host 0.0.0.0 --port ${port}`
}

/** A script of the project, called without installing the project. */
function scriptStart({ entries, folder }: StartInput): string | undefined {
  const { script, files } = entries
  if (script === undefined) return undefined
  const isSource = relativeTo(folder.path, files[0] ?? '').startsWith('src/')
  return `${isSource ? 'env PYTHONPATH=src ' : ''}python -c 'from ${script.module} import ${script.callable}; ${script.callable}()'`
}

function moduleStart({ folder, repository }: StartInput, file: string): string {
  const parts = file.split('/').slice(0, -1)
  const isSource = parts[0] === 'src' && parts.length > 1 && !repository.tree.entries.has(joinPath(folder.path, 'src/__init__.py'))
  return isSource ? `env PYTHONPATH=src python -m ${parts.slice(1).join('.')}` : `python -m ${parts.join('.')}`
}

/** Whether all that the file does when it is run is to serve: what it prepares before would be left out by a server that imports it. */
function onlyServes({ source, repository }: StartInput): boolean {
  return source.files.every((path) => {
    const text = repository.read.text(path) ?? ''
    const [before = '', main] = text.split(/^if __name__\s{0,4}==\s{0,4}["']__main__["']\s{0,4}:/m)
    if (/^\w{1,40}\.run\s{0,4}\(/m.test(before)) return false
    const lines = (main ?? '').split('\n').map((line) => line.trim())
    return lines.slice(0, 60).every((line) => line === '' || isServing.test(line))
  })
}

/** A line that serves, says where, or tells of it; the arguments of a call may stand below it. */
const isServing =
  /^#|^\w{1,40}\.run\s{0,4}\(|^\)|^(?:host|port|debug|threaded|use_reloader|ssl_context)\s{0,4}=|^(?:print|logging\.\w{1,20}|app\.logger\.\w{1,20}|logger\.\w{1,20})\s{0,4}\(/i

/** Whether the entry file, run by itself, serves on every address. */
function runsItself({ source, repository }: StartInput): boolean {
  return source.files.some((path) => {
    const text = repository.read.text(path) ?? ''
    return /["'](?:0\.0\.0\.0|::)["']/.test(text) && /\b(?:uvicorn\.run|\w{1,40}\.(?:run|launch)|web\.run_app)\s{0,4}\(/.test(text)
  })
}

// How a Python folder starts in production.
import { fileInCommand, findDockerfile } from '../dockerfiles.ts'
import { joinPath, relativeTo } from '../paths.ts'
import type { SourceFacts } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'
import { type PythonFramework, type PythonWorker, pythonEntries } from './frameworks.ts'
import type { PythonProject } from './project.ts'

export function findPythonEntries(folder: Folder, repository: Repository): string[] {
  const inside = (name: string) => joinPath(folder.path, name)
  const django = djangoPackage(folder, repository)
  if (folder.files.has('manage.py') && django !== undefined)
    return ['manage.py', `${django}/settings.py`, `${django}/urls.py`].map(inside).filter((path) => repository.tree.entries.has(path))
  const path = pythonEntries
    .map((name) => (folder.path === '.' ? name : `${folder.path}/${name}`))
    .find((name) => repository.tree.entries.has(name))
  const named = path === undefined ? fileInCommand(findDockerfile(folder, repository)?.command?.text, /[\w./-]{1,200}\.py\b/) : undefined
  const byCommand = named === undefined ? undefined : inside(named)
  return [path, byCommand].filter((file): file is string => file !== undefined && repository.tree.entries.has(file))
}

export interface StartInput {
  readonly folder: Folder
  readonly project: PythonProject
  readonly framework: PythonFramework | undefined
  readonly worker: PythonWorker | undefined
  readonly source: SourceFacts
  readonly repository: Repository
}

/**
 * A production server where one is installed, else the framework's own bound to every address, else the entry file. A file that binds to
 * 127.0.0.1 by default cannot be reached from outside its container, so it is only run as it is when it names an address itself.
 */
export function findPythonStart(input: StartInput): string | undefined {
  const entry = input.source.files[0]
  const file = entry === undefined ? undefined : relativeTo(input.folder.path, entry)
  if (input.framework?.name === 'django') return djangoStart(input)
  if (input.framework?.name === 'streamlit' && file) return `streamlit run ${file} --server.address 0.0.0.0 --server.port 8501`
  return serverStart(input) ?? workerStart(input) ?? (file === undefined ? undefined : `python ${file}`)
}

function serverStart(input: StartInput): string | undefined {
  const { framework, project, source } = input
  const application = framework?.application === undefined ? undefined : findObject(input, framework.application)
  if (framework === undefined || application === undefined) return undefined
  const { reference, isFactory } = application
  const has = (name: string) => project.dependencies.has(name)
  const port = source.port?.value ?? framework.port
  const runs = runsItself(input)
  if (framework.protocol === 'asgi' && (has('uvicorn') || !runs))
    return `uvicorn ${reference} --host 0.0.0.0 --port ${port}${isFactory ? ' --factory' : ''}`
  if (framework.protocol === 'wsgi' && has('gunicorn'))
    return `gunicorn --bind 0.0.0.0:${port} ${isFactory ? `'${reference}()'` : reference}`
  if (framework.name === 'flask' && !runs) return `flask --app ${reference} run --host 0.0.0.0 --port ${port}`
  return undefined
}

function workerStart(input: StartInput): string | undefined {
  const { framework, worker, source } = input
  if (framework !== undefined || worker?.start === undefined || source.listens !== undefined) return undefined
  if (!worker.start.includes('{module}')) return worker.start
  const application = worker.application === undefined ? undefined : findObject(input, worker.application)
  const module = application?.module ?? source.files[0]?.split('/').at(-1)?.replace(/\.py$/, '')
  return module === undefined ? undefined : worker.start.replace('{module}', module)
}

interface ApplicationObject {
  readonly module: string
  readonly reference: string
  readonly isFactory: boolean
}

/** The module and name of the application object, such as `app.main:app`, or a factory that makes it. */
function findObject({ folder, source, repository }: StartInput, className: string): ApplicationObject | undefined {
  const name = className.replace('.', '\\.')
  for (const path of source.files) {
    const text = repository.read.text(path)
    if (text === undefined || !path.startsWith(folder.path === '.' ? '' : `${folder.path}/`)) continue
    const module = relativeTo(folder.path, path)
      .replace(/\.py$/, '')
      .replace(/\/__init__$/, '')
      .replaceAll('/', '.')
    const object = new RegExp(`^(\\w{1,60})(?:\\s{0,4}:[^=\\n]{1,60})?\\s{0,4}=\\s{0,4}(?:\\w{1,40}\\.)?${name}\\s{0,4}\\(`, 'm').exec(
      text,
    )?.[1]
    if (object !== undefined) return { module, reference: `${module}:${object}`, isFactory: false }
    const factory = /^def (create_app|make_app|build_app|get_app)\s{0,4}\(/m.exec(text)?.[1]
    if (factory !== undefined && text.includes(`${className}(`)) return { module, reference: `${module}:${factory}`, isFactory: true }
  }
  return undefined
}

/** Whether the entry file, run by itself, serves on every address. */
function runsItself({ source, repository }: StartInput): boolean {
  return source.files.some((path) => {
    const text = repository.read.text(path) ?? ''
    return /["'](?:0\.0\.0\.0|::)["']/.test(text) && /\b(?:uvicorn\.run|\w{1,40}\.run|web\.run_app)\s{0,4}\(/.test(text)
  })
}

/** The Django project's own package: the folder beside manage.py that has the settings or the server interface. */
function djangoPackage(folder: Folder, repository: Repository): string | undefined {
  return [...folder.folders].sort().find((name) => {
    const files = repository.folders.get(joinPath(folder.path, name))?.files
    return files?.has('wsgi.py') || files?.has('asgi.py') || files?.has('settings.py')
  })
}

function djangoStart({ folder, project, repository }: StartInput): string {
  const settings = djangoPackage(folder, repository)
  if (project.dependencies.has('gunicorn') && settings !== undefined) return `gunicorn --bind 0.0.0.0:8000 ${settings}.wsgi`
  if (project.dependencies.has('uvicorn') && settings !== undefined)
    return `uvicorn ${settings}.asgi:application --host 0.0.0.0 --port 8000`
  return 'python manage.py runserver 0.0.0.0:8000'
}

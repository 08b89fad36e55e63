import type { Claim, ClaimedSpec, Detector, Facts } from '../claim.ts'
import { entryFacts } from '../environment.ts'
import { ancestorsOf, joinPath, parentOf, relativeTo } from '../paths.ts'
import { portInCommand } from '../procfile.ts'
import { findPythonEntries, hasManifest, mayBeBareProgram } from '../python/entries.ts'
import { type PythonProgram, readPythonProgram } from '../python/program.ts'
import { pythonManifests, readPythonProject } from '../python/project.ts'
import { pythonSigns } from '../python/signs.ts'
import { applicationServer } from '../python/start.ts'
import { streamlitSetting } from '../python/streamlit.ts'
import { systemPackages } from '../python/system.ts'
import { defined } from '../reading/data.ts'
import { importsOf, saidRoute } from '../reading/source-signs.ts'
import { apart, type Said, said, usual } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { HealthSpec } from '../topology.ts'

export const python: Detector = {
  type: 'python',
  title: 'Python',
  marks: [...pythonManifests, 'runtime.txt', '*.py', 'Dockerfile'],
  claim(folder, repository): Claim | undefined {
    const { manifest } = readPythonProject(folder, repository)
    if (manifest === undefined && (!mayBeBareProgram(folder, repository) || isPartOfProject(folder, repository))) return undefined
    const program = readPythonProgram(folder, repository)
    const { project, source } = program
    if (manifest === undefined && source.files.length === 0) return undefined
    return {
      type: 'python',
      hasManifest: manifest !== undefined,
      signs: pythonSigns(program, repository),
      spec: specOf(program, repository),
      dependencies: [...project.dependencies].map(([name, evidence]) => ({ name, evidence })),
      imports: importsOf(source, (module) => module.split('.')[0] ?? module),
      addresses: program.environment.addresses,
      reads: source.files,
    }
  },
}

function specOf(program: PythonProgram, repository: Repository): ClaimedSpec {
  const { folder, project, source, server, worker, entries, start, port, environment, processes } = program
  const use = server ?? worker
  const { manifest } = project
  return defined({
    name: project.name,
    ...apart({
      framework: said(use?.framework.name, use?.evidence),
      version: project.version,
      packageManager: said(project.packageManager.value, project.packageManager.evidence ?? manifest ?? use?.evidence),
      start,
      buildCommand: usual(collectStatic(program, repository), use?.evidence, 'its settings say STATIC_ROOT'),
      port: portInCommand(start?.value) === port?.value ? port : (said(portInCommand(start?.value), start?.evidence) ?? port),
      health: saidRoute(source, repository.read) ?? broughtRoute(program, repository),
      processes: said(processes.length === 0 ? undefined : processes, worker?.evidence),
    }),
    environment: environment.environment,
    facts: {
      ...entryFacts(folder.path, entries.files[0]),
      ...djangoFacts(program),
      ...systemPackages(project.dependencies.keys()),
      ...absentServers(program),
      ...buildEnvironment(program, repository),
    },
  })
}

/** The health route that a framework brings, below the path that Streamlit's settings put before all. */
function broughtRoute({ server, folder }: PythonProgram, repository: Repository): Said<HealthSpec> | undefined {
  const brought = server?.framework.health
  if (brought === undefined) return undefined
  const stated = server?.framework.name === 'streamlit' ? streamlitSetting('baseUrlPath', folder, repository) : undefined
  const base = stated === undefined ? '' : `/${stated.value.replace(/^\/|\/$/g, '')}`
  return usual<HealthSpec>({ kind: 'http', path: `${base}${brought}` }, server?.evidence, `${server?.framework.name} brings it`)
}

function djangoFacts({ folder, entries: { django } }: PythonProgram): Facts {
  if (django === undefined) return {}
  return {
    djangoPackage: django.package,
    ...(django.folder === folder.path ? {} : { djangoFolder: relativeTo(folder.path, django.folder) }),
  }
}

/** Django gathers its static files once, where its settings say so. */
function collectStatic({ folder, entries: { django }, source, server }: PythonProgram, repository: Repository): string | undefined {
  if (server?.framework.name !== 'django' || django === undefined) return undefined
  const settings = source.files.filter((path) => path.includes('/settings'))
  const isStated = settings.some((path) => /^STATIC_ROOT\s{0,4}=/m.test(repository.read.text(path) ?? ''))
  const home = relativeTo(folder.path, django.folder)
  return isStated ? `python ${home === '.' ? '' : `${home}/`}manage.py collectstatic --noinput` : undefined
}

/** Servers of applications that the project does not install: its image brings the one that the start command names, whoever says that. */
function absentServers({ start, server, project }: PythonProgram): Facts {
  const isServed = server?.framework.protocol === 'wsgi' || server?.framework.protocol === 'asgi'
  const isApplication = isServed && applicationServer(project) === undefined
  const absent = ['gunicorn', 'uvicorn'].filter((name) => !project.dependencies.has(name))
  const isNamed = absent.some((name) => start?.value.includes(`${name} `))
  return absent.length > 0 && (isApplication || isNamed) ? { absentServers: absent } : {}
}

/** Settings are loaded while files are gathered: what they demand gets a value that means nothing and could be parsed. */
function buildEnvironment(program: PythonProgram, repository: Repository): Facts {
  const demanded = program.environment.environment.filter(({ required }) => required).slice(0, 50)
  if (demanded.length === 0 || collectStatic(program, repository) === undefined) return {}
  return { buildEnvironment: demanded.map(({ name }) => `${name}=${placeholders.find(([pattern]) => pattern.test(name))?.[1] ?? 'build'}`) }
}

const placeholders: readonly (readonly [RegExp, string])[] = [
  [/DATABASE_URL|DB_URL/, 'sqlite:////tmp/build.sqlite3'],
  [/REDIS|CELERY|BROKER|CACHE/, 'redis://127.0.0.1:6379/0'],
  [/URL|URI|ORIGIN|ENDPOINT/, 'http://127.0.0.1'],
  [/PORT|TIMEOUT|COUNT|SIZE|LIMIT|DAYS|SECONDS|MINUTES|DEBUG|USE_|_ID$|ENABLE/, '0'],
  [/HOST/, '127.0.0.1'],
]

/** Whether a folder without a manifest lies in a project whose program is elsewhere, or is a module of it. */
function isPartOfProject(folder: Folder, repository: Repository): boolean {
  const above = ancestorsOf(folder.path).flatMap((path) => repository.folders.get(path) ?? [])
  const project = above.find(hasManifest)
  const isModule = [folder.path, parentOf(folder.path)].some((path) => repository.tree.entries.has(joinPath(path, '__init__.py')))
  return project !== undefined && (isModule || findPythonEntries(project, repository).files.length > 0)
}

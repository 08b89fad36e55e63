// What speaks for and against a Python folder being a service.
import type { Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { baseName, joinPath } from '../paths.ts'
import { sourceSigns } from '../reading/source-signs.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { applicationServers } from './frameworks.ts'
import type { PythonProgram, PythonUse } from './program.ts'
import { holdsPython, isOnlyPython, type PythonProject } from './project.ts'

export function pythonSigns(program: PythonProgram, repository: Repository): Sign[] {
  const { folder, project, process, server, worker, source } = program
  return [
    ...projectSigns(program, repository),
    ...(process ? [{ ...process.evidence, weight: 0.6 }] : []),
    ...useSigns(server, 0.45),
    ...useSigns(worker, 0.35),
    ...serverSigns(project, server),
    ...entrySigns(program),
    ...sourceSigns(source, { loops: 0.35 }),
    ...dockerfileSigns('python', findDockerfile(folder, repository)),
    ...objections(program, repository),
  ]
}

function useSigns(use: PythonUse | undefined, weight: number): Sign[] {
  return use === undefined ? [] : [{ ...use.evidence, weight: use.framework.weight ?? weight }]
}

/** A server without a framework that is known still serves something. */
function serverSigns(project: PythonProject, server: PythonUse | undefined): Sign[] {
  if (server !== undefined) return []
  const found = applicationServers.map(({ name }) => project.dependencies.get(name)).find((evidence) => evidence !== undefined)
  return found === undefined ? [] : [{ ...found, weight: 0.3 }]
}

function entrySigns({ folder, project, entries }: PythonProgram): Sign[] {
  const [entry] = entries.files
  const manage = entries.django && joinPath(entries.django.folder, 'manage.py')
  const bare = folder.files.has('manage.py') ? joinPath(folder.path, 'manage.py') : undefined
  const isAlone = project.manifest === undefined && folder.path === '.'
  const management = manage ?? bare
  return [
    ...(management === undefined ? [] : [{ path: management, line: 1, fact: 'manage.py', weight: 0.3 }]),
    ...(entry === undefined ? [] : [{ path: entry, line: 1, fact: `entry file ${baseName(entry)}`, weight: isAlone ? 0.36 : 0.25 }]),
  ]
}

function projectSigns({ folder, project, entries }: PythonProgram, repository: Repository): Sign[] {
  const { manifest } = project
  if (manifest === undefined) return []
  const isPackage = project.distribution !== undefined && holdsPython(folder, repository)
  const isBare = folder.path === '.' && entries.files.length === 0 && !isPackage && isOnlyPython(folder, repository)
  return [
    { ...manifest, weight: 0.2 },
    ...(isBare ? [{ ...manifest, fact: 'a Python project is all that is here', weight: 0.25 }] : []),
    ...(project.isWorkspaceRoot
      ? [
          {
            ...manifest,
            fact: 'is the root of a workspace',
            weight: entries.files.length > 0 ? -0.1 : -0.3,
            role: 'workspace_root' as const,
          },
        ]
      : []),
  ]
}

function objections(program: PythonProgram, repository: Repository): Sign[] {
  const { project, entries, process, server, worker, source, folder } = program
  const dockerfile = findDockerfile(folder, repository)
  const isRun = process !== undefined || dockerfile?.command !== undefined
  const keepsRunning = server !== undefined || worker !== undefined || source.listens !== undefined || source.loops !== undefined
  const [entry] = entries.files
  return [
    ...distributionSigns(program, {
      isRun,
      isEmpty: folder.path === '.' && !holdsPython(folder, repository),
      isSite: isSite(folder, repository),
    }),
    ...(entry !== undefined && !keepsRunning && !isRun && project.distribution === undefined
      ? [{ path: entry, line: 1, fact: 'neither listens nor keeps running', weight: -0.15, role: 'tooling' as const }]
      : []),
    ...(entry === undefined && dockerfile !== undefined && dockerfile.command === undefined && !holdsPython(folder, repository)
      ? [{ ...dockerfile.evidence, fact: 'holds no program, and its Dockerfile starts none', weight: -0.6, role: 'tooling' as const }]
      : []),
  ]
}

interface Distributing {
  /** Whether a Procfile or Dockerfile runs it. */
  readonly isRun: boolean
  /** Whether it is a whole repository without source that could be distributed. */
  readonly isEmpty: boolean
  readonly isSite: boolean
}

/** A project of Django that is served, and not one that only tests a package. */
function isSite({ path, files, folders }: Folder, { tree }: Repository): boolean {
  const homes = [...folders].filter((name) => !/test|example|demo|sandbox|sample/i.test(name))
  return (
    files.has('manage.py') &&
    homes.some((name) => ['wsgi.py', 'asgi.py'].some((file) => tree.entries.has(joinPath(path, `${name}/${file}`))))
  )
}

/** A project with a build system may be an application that is packaged, a command for people, or a library. */
function distributionSigns(
  { project, entries, server, source, folder }: PythonProgram,
  { isRun, isEmpty, isSite: isServed }: Distributing,
): Sign[] {
  const { distribution, published } = project
  const [entry] = entries.files
  const isPlainFile = entry !== undefined && entries.script === undefined && joinPath(folder.path, baseName(entry)) === entry
  if (distribution === undefined || isEmpty || (isPlainFile && !folder.folders.has('src') && published === undefined)) return []
  const library = (evidence: Evidence, weight: number): Sign[] => [{ ...evidence, weight, role: 'library' }]
  if (isRun) return library(distribution, -0.1)
  // An application is packed as well; a framework that serves pages, and is asked how it is or has its own list of packages, tells them apart.
  const isApplication =
    isServed ||
    (server !== undefined && source.listens !== undefined && (source.health !== undefined || folder.files.has('requirements.txt')))
  if (published !== undefined) return library(published, isApplication ? -0.25 : -0.6)
  if (entry === undefined) return library(distribution, -0.4)
  if (server !== undefined) return library(distribution, -0.2)
  const isCommand = source.listens === undefined
  return isCommand
    ? [{ ...distribution, fact: 'is a command that people install', weight: isDeployed(folder) ? -0.25 : -0.45, role: 'tooling' }]
    : library(distribution, -0.3)
}

/** What is deployed pins what it runs on; what others install shows them how to use it. */
function isDeployed({ files, folders }: Folder): boolean {
  const pins = ['.python-version', 'runtime.txt', 'requirements.txt', 'uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock']
  return pins.some((name) => files.has(name)) && !['docs', 'doc', 'examples', 'example'].some((name) => folders.has(name))
}

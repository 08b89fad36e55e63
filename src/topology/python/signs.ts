// What speaks for and against a Python folder being a service.
import type { Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { baseName, joinPath } from '../paths.ts'
import { sourceSigns } from '../reading/source-signs.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { applicationServers } from './frameworks.ts'
import type { PythonProgram, PythonUse } from './program.ts'
import { holdsOnlyManifests, type PythonProject } from './project.ts'

export function pythonSigns(program: PythonProgram, repository: Repository): Sign[] {
  const { folder, project, process, server, worker, source } = program
  return [
    ...projectSigns(program),
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

function projectSigns({ folder, project, entries }: PythonProgram): Sign[] {
  const { manifest } = project
  if (manifest === undefined) return []
  const isBare = folder.path === '.' && entries.files.length === 0 && project.distribution === undefined && holdsOnlyManifests(folder)
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
    ...distributionSigns(program, isRun),
    ...(entry !== undefined && !keepsRunning && !isRun && project.distribution === undefined
      ? [{ path: entry, line: 1, fact: 'neither listens nor keeps running', weight: -0.15, role: 'tooling' as const }]
      : []),
    ...(entry === undefined && dockerfile !== undefined && dockerfile.command === undefined && !holdsPython(folder, repository)
      ? [{ ...dockerfile.evidence, fact: 'holds no program, and its Dockerfile starts none', weight: -0.6, role: 'tooling' as const }]
      : []),
  ]
}

/** A project with a build system may be an application that is packaged, a command for people, or a library. */
function distributionSigns({ project, entries, server, source, folder }: PythonProgram, isRun: boolean): Sign[] {
  const { distribution, published } = project
  const [entry] = entries.files
  const isPlainFile = entry !== undefined && entries.script === undefined && joinPath(folder.path, baseName(entry)) === entry
  if (distribution === undefined || (isPlainFile && !folder.folders.has('src') && published === undefined)) return []
  const library = (evidence: Evidence, weight: number): Sign[] => [{ ...evidence, weight, role: 'library' }]
  if (isRun) return library(distribution, -0.1)
  const isCommand = entries.script !== undefined && server === undefined && source.listens === undefined
  if (published !== undefined) return library(published, -0.6)
  if (isCommand) return [{ ...distribution, fact: 'is a command that people install', weight: -0.25, role: 'tooling' }]
  return library(distribution, entry !== undefined && server !== undefined ? -0.2 : entry === undefined ? -0.4 : -0.3)
}

function holdsPython(folder: Folder, repository: Repository): boolean {
  const folders = [folder, ...[...folder.folders].flatMap((name) => repository.folders.get(joinPath(folder.path, name)) ?? [])]
  return folders.some(({ files }) => [...files].some((name) => name.endsWith('.py') || name.endsWith('.ipynb')))
}

import type { Claim, ClaimedSpec, Detector, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { entryFacts, findEnvironment } from '../environment.ts'
import { ancestorsOf, baseName, joinPath, parentOf } from '../paths.ts'
import { findProcess, portInCommand } from '../procfile.ts'
import { pythonFrameworks, pythonWorkers } from '../python/frameworks.ts'
import { type PythonProject, pythonManifests, readPythonProject } from '../python/project.ts'
import { pythonSource } from '../python/source.ts'
import { findPythonEntries, findPythonStart } from '../python/start.ts'
import { defined } from '../reading/data.ts'
import { type SourceFacts, scanSources } from '../reading/source.ts'
import { importsOf, sourceSigns } from '../reading/source-signs.ts'
import type { Folder, Repository } from '../repository.ts'

export const python: Detector = {
  type: 'python',
  title: 'Python',
  marks: [
    ...pythonManifests,
    'manage.py',
    'main.py',
    'app.py',
    'server.py',
    'worker.py',
    'wsgi.py',
    'asgi.py',
    'run.py',
    '__main__.py',
    'Dockerfile',
  ],
  claim(folder, repository): Claim | undefined {
    const facts = gather(folder, repository)
    const { project, source } = facts
    const isBare = project.manifest === undefined
    if (isBare && (source.files.length === 0 || isPartOfProject(folder, repository))) return undefined
    return {
      type: 'python',
      hasManifest: project.manifest !== undefined,
      signs: signsOf(facts, folder, repository),
      spec: specOf(facts, folder, repository),
      dependencies: [...project.dependencies].map(([name, evidence]) => ({ name, evidence })),
      imports: importsOf(source, (module) => module.split('.')[0] ?? module),
      addresses: facts.environment.addresses,
      reads: source.files,
    }
  },
}

type PythonFacts = ReturnType<typeof gather>

function gather(folder: Folder, repository: Repository) {
  const project = readPythonProject(folder, repository)
  const exists = (path: string) => repository.tree.entries.has(path)
  const source = scanSources(findPythonEntries(folder, repository), { reader: repository.read, language: pythonSource, exists })
  const frameworks = pythonFrameworks.filter(({ dependency }) => uses(dependency, project, source))
  return {
    project,
    source,
    // A pinned list names what its packages need too; what the source imports is what it is built on.
    framework: frameworks.find(({ dependency }) => source.imports.has(dependency)) ?? frameworks[0],
    worker: pythonWorkers.find(({ dependency }) => uses(dependency, project, source)),
    process: findProcess(folder, repository),
    environment: findEnvironment(folder, source, repository),
  }
}

function signsOf({ project, source, framework, worker, process }: PythonFacts, folder: Folder, repository: Repository): Sign[] {
  const [entry] = source.files
  return [
    ...projectSigns(project),
    ...(process ? [{ ...process.evidence, weight: 0.6 }] : []),
    ...(framework ? [{ ...evidenceFor(framework.dependency, project, source), weight: 0.45 }] : []),
    ...(worker ? [{ ...evidenceFor(worker.dependency, project, source), weight: 0.35 }] : []),
    ...(folder.files.has('manage.py') ? [{ path: joinPath(folder.path, 'manage.py'), line: 1, fact: 'manage.py', weight: 0.3 }] : []),
    ...(entry === undefined ? [] : [{ path: entry, line: 1, fact: `entry file ${baseName(entry)}`, weight: 0.25 }]),
    ...sourceSigns(source, { loops: 0.35 }),
    ...dockerfileSigns('python', findDockerfile(folder, repository)),
  ]
}

function specOf(facts: PythonFacts, folder: Folder, repository: Repository): ClaimedSpec {
  const { project, source, framework, worker, process, environment } = facts
  const start = process?.command ?? findPythonStart({ folder, project, framework, worker, source, repository })
  const isServer = framework !== undefined || source.listens !== undefined
  return defined({
    framework: framework?.name ?? worker?.name,
    version: project.version,
    packageManager: project.packageManager,
    start,
    port: isServer ? (portInCommand(start) ?? source.port?.value ?? framework?.port ?? 8000) : portInCommand(process?.command),
    health: source.health && { kind: 'http' as const, path: source.health.value },
    environment: environment.environment,
    facts: entryFacts(folder.path, source.files[0]),
  })
}

/** A dependency of the project, or, where no manifest lists any, an import. */
function uses(dependency: string, project: PythonProject, source: SourceFacts): boolean {
  return project.dependencies.has(dependency) || (project.dependencies.size === 0 && source.imports.has(dependency))
}

function evidenceFor(dependency: string, project: PythonProject, source: SourceFacts) {
  return project.dependencies.get(dependency) ?? source.imports.get(dependency) ?? { path: '', fact: dependency }
}

function isPartOfProject(folder: Folder, repository: Repository): boolean {
  const above = ancestorsOf(folder.path).find((path) => pythonManifests.some((name) => repository.folders.get(path)?.files.has(name)))
  const project = above === undefined ? undefined : repository.folders.get(above)
  const isModule = [folder.path, parentOf(folder.path)].some((path) => repository.folders.get(path)?.files.has('__init__.py'))
  return project !== undefined && (isModule || findPythonEntries(project, repository).length > 0)
}

function projectSigns(project: PythonProject): Sign[] {
  if (project.manifest === undefined) return []
  return [
    { ...project.manifest, weight: 0.2 },
    ...(project.isPackage
      ? [{ ...project.manifest, fact: 'is built as a distribution for others', weight: -0.25, role: 'library' as const }]
      : []),
    ...(project.isWorkspaceRoot
      ? [{ ...project.manifest, fact: 'is the root of a workspace', weight: -0.3, role: 'workspace_root' as const }]
      : []),
  ]
}

import type { Claim, Detector, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { entryFacts, findEnvironment } from '../environment.ts'
import { ancestorsOf } from '../paths.ts'
import { findProcess, portInCommand } from '../procfile.ts'
import { pythonFrameworks, pythonWorkers } from '../python/frameworks.ts'
import { type PythonProject, pythonManifests, readPythonProject } from '../python/project.ts'
import { pythonSource } from '../python/source.ts'
import { findPythonEntries, findPythonStart } from '../python/start.ts'
import { defined } from '../reading/data.ts'
import { type SourceFacts, scanSources } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'

export const python: Detector = {
  type: 'python',
  title: 'Python',
  marks: [...pythonManifests, 'manage.py', 'main.py', 'app.py', 'server.py', 'worker.py', 'wsgi.py', 'asgi.py', 'run.py', '__main__.py'],
  claim(folder, repository): Claim | undefined {
    const project = readPythonProject(folder, repository)
    if (project.manifest === undefined && isPartOfProject(folder, repository)) return undefined
    const process = findProcess(folder, repository)
    const source = scanSources(findPythonEntries(folder, repository), {
      reader: repository.read,
      language: pythonSource,
      exists: (path) => repository.tree.entries.has(path),
    })
    const framework = pythonFrameworks.find(({ dependency }) => uses(dependency, project, source))
    const worker = pythonWorkers.find(({ dependency }) => uses(dependency, project, source))
    const facts = findEnvironment(folder, source, repository)
    const start = process?.command ?? findPythonStart({ folder, project, framework, worker, source, repository })
    const isServer = framework !== undefined || source.listens !== undefined
    return {
      type: 'python',
      hasManifest: project.manifest !== undefined,
      signs: [
        ...projectSigns(project),
        ...(process ? [{ ...process.evidence, weight: 0.6 }] : []),
        ...(framework ? [{ ...evidenceFor(framework.dependency, project, source), weight: 0.45 }] : []),
        ...(worker ? [{ ...evidenceFor(worker.dependency, project, source), weight: 0.35 }] : []),
        ...(folder.files.has('manage.py') ? [{ path: joined(folder, 'manage.py'), line: 1, fact: 'manage.py', weight: 0.3 }] : []),
        ...sourceSigns(source),
        ...dockerfileSigns('python', findDockerfile(folder, repository)),
      ],
      spec: defined({
        framework: framework?.name ?? worker?.name,
        version: project.version,
        packageManager: project.packageManager,
        start,
        port: isServer ? (portInCommand(start) ?? source.port?.value ?? framework?.port ?? 8000) : portInCommand(process?.command),
        health: source.health && { kind: 'http' as const, path: source.health.value },
        environment: facts.environment,
        facts: entryFacts(folder.path, source.files[0]),
      }),
      dependencies: [...project.dependencies].map(([name, evidence]) => ({ name, evidence })),
      imports: [...source.imports].map(([name, evidence]) => ({ name: name.split('.')[0] ?? name, evidence })),
      addresses: facts.addresses,
      reads: source.files,
    }
  },
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
  return project !== undefined && findPythonEntries(project, repository).length > 0
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

function sourceSigns(source: SourceFacts): Sign[] {
  const [entry] = source.files
  return [
    ...(entry === undefined ? [] : [{ path: entry, line: 1, fact: `entry file ${entry.slice(entry.lastIndexOf('/') + 1)}`, weight: 0.25 }]),
    ...(source.listens ? [{ ...source.listens, weight: 0.45 }] : []),
    ...(source.loops ? [{ ...source.loops, weight: 0.35 }] : []),
    ...(source.health
      ? [{ path: source.health.path, line: source.health.line, fact: `health route ${source.health.value}`, weight: 0.2 }]
      : []),
  ]
}

function joined(folder: Folder, name: string): string {
  return folder.path === '.' ? name : `${folder.path}/${name}`
}

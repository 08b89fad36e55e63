// Files that build several folders and run them on a cluster together: the stack that the repository is developed as.
import { baseName, joinPath } from '../paths.ts'
import { dataAt, field, stringAt } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { yamlParts } from './reading.ts'
import { allStatements } from './statements.ts'

export interface Orchestrator {
  readonly tool: string
  readonly folder: string
  readonly evidence: Evidence
  /** Where it says what it builds or requires. */
  readonly contexts: readonly { readonly evidence: Evidence }[]
}

const tools: Readonly<Record<string, string>> = {
  'skaffold.yaml': 'skaffold', 'skaffold.yml': 'skaffold', Tiltfile: 'tilt', 'okteto.yml': 'okteto', 'okteto.yaml': 'okteto', 'devspace.yaml': 'devspace', 'devspace.yml': 'devspace',
} // biome-ignore format: a table

export const orchestratorNames = Object.keys(tools)

/** The orchestrator's file directly in a folder, when it builds more than one other folder. */
export function findOrchestrator(path: string, repository: Repository): Orchestrator | undefined {
  const folder = repository.folders.get(path)
  if (folder === undefined) return undefined
  for (const name of orchestratorNames) {
    if (!folder.files.has(name)) continue
    const file = joinPath(path, name)
    const contexts = [...buildsOf(file, repository), ...requiresOf(file, repository)]
    if (contexts.length < 2 || !runsOnCluster(file, repository)) continue
    return {
      tool: tools[name] ?? name,
      folder: path,
      evidence: { path: file, line: 1, fact: `${name} runs the services together` },
      contexts,
    }
  }
  return undefined
}

function buildsOf(file: string, repository: Repository): { evidence: Evidence }[] {
  const own = [...allStatements(repository)].flatMap(([folder, statements]) => {
    const evidence = statements.find((statement) => statement.evidence.path === file)?.evidence
    return evidence === undefined ? [] : [{ folder, evidence }]
  })
  return own.sort((a, b) => (a.evidence.line ?? 0) - (b.evidence.line ?? 0)).map(({ evidence }) => ({ evidence }))
}

/** Other skaffold files that one brings together. */
function requiresOf(file: string, repository: Repository): { evidence: Evidence }[] {
  if (!baseName(file).startsWith('skaffold')) return []
  return yamlParts(file, repository).flatMap((part) => {
    const requires = field(part.data, 'requires')
    if (!Array.isArray(requires) || !stringAt(part.data, 'apiVersion')?.startsWith('skaffold/')) return []
    return requires.slice(0, 50).map((item: unknown, index) => ({
      evidence: { path: file, line: part.line(['requires', index]), fact: `brings in ${stringAt(item, 'path') ?? 'another module'}` },
    }))
  })
}

/** A Tiltfile may as well start a compose file, and okteto too. */
function runsOnCluster(file: string, repository: Repository): boolean {
  const text = repository.read.text(file) ?? ''
  if (baseName(file) === 'Tiltfile') return /\b(?:k8s_yaml|helm|kustomize|helm_resource|k8s_resource)\s{0,4}\(/.test(text)
  if (baseName(file).startsWith('okteto'))
    return !yamlParts(file, repository).some((part) => field(dataAt(part.data, 'deploy'), 'compose') !== undefined)
  return true
}

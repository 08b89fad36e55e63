import type { Claim, Detector, Sign } from '../claim.ts'
import { composeNames, readCompose } from '../compose-file.ts'
import { databaseOfImage } from '../database/images.ts'
import { findOrchestrator, type Orchestrator, orchestratorNames } from '../declared/orchestrators.ts'
import { findDockerfile } from '../dockerfiles.ts'
import { manifestNames } from '../folder-names.ts'
import { findManifestStacks, type ManifestStack } from '../kubernetes/stacks.ts'
import { landmarksOf } from '../landmarks.ts'
import { perRepository } from '../memo.ts'
import { ancestorsOf, baseName, isWithin, parentOf, printable } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'

/** Manifests, charts or an orchestrator's file that run several services together on a cluster, when nothing else says how they run. */
export const kubernetes: Detector = {
  type: 'kubernetes',
  title: 'Kubernetes manifests',
  marks: [
    ...orchestratorNames,
    '*.yaml',
    '*.yml',
    'base/',
    'bases/',
    'overlays/',
    'manifests/',
    'charts/',
    'templates/',
    'apps/',
    'components/',
    'environments/',
    '/charts',
    '/helm',
    '/helm-charts',
    '/k8s',
    '/kubernetes',
    '/manifests',
  ],
  claim(folder, repository): Claim | undefined {
    const orchestrator = findOrchestrator(folder.path, repository)
    const stack = findManifestStacks(repository).get(folder.path)
    const signs = orchestrator ? orchestratorSigns(orchestrator, repository) : stack ? stackSigns(stack, folder, repository) : []
    if (signs.length === 0) return undefined
    const workloads = (stack?.manifests ?? []).flatMap((manifest) => manifest.workloads)
    return {
      type: 'kubernetes',
      hasManifest: true,
      signs,
      spec: {
        ...(toolOf(orchestrator, stack) === undefined ? {} : { framework: toolOf(orchestrator, stack) as string }),
        facts: {
          manifest: signs[0]?.path ?? folder.path,
          workloads: [...new Set(workloads.map(({ name }) => name))].slice(0, 50),
          images: [...new Set(workloads.flatMap(({ containers }) => containers.map(({ image }) => image)))].slice(0, 50),
        },
      },
      dependencies: [],
      imports: [],
      addresses: [],
      reads: [],
    }
  },
}

function toolOf(orchestrator: Orchestrator | undefined, stack: ManifestStack | undefined): string | undefined {
  if (orchestrator !== undefined) return orchestrator.tool
  if (stack === undefined) return undefined
  return stack.charts.length > 0 ? 'helm' : stack.kustomizations.length > 0 ? 'kustomize' : undefined
}

function orchestratorSigns(orchestrator: Orchestrator, repository: Repository): Sign[] {
  const above = orchestratorAbove(orchestrator.folder, repository)
  const compose = composeFor(orchestrator.folder, repository)
  return [
    { ...orchestrator.evidence, weight: 0.6 },
    ...orchestrator.contexts.slice(0, 3).map(({ evidence }) => ({ ...evidence, weight: 0.4 })),
    ...(above === undefined
      ? []
      : [{ ...above.evidence, fact: `is a part of what ${above.evidence.path} runs`, weight: -0.7, role: 'tooling' as const }]),
    ...(compose === undefined
      ? []
      : [{ path: compose, line: 1, fact: `the same services run by ${printable(compose)}`, weight: -0.8, role: 'tooling' as const }]),
  ]
}

/** Kinds that put something into a cluster though no container is written in them. */
const deployingKinds = new Set([
  'Application',
  'ApplicationSet',
  'HelmRelease',
  'HelmChart',
  'Kafka',
  'Postgresql',
  'Cluster',
  'Workflow',
  'InferenceService',
])

function stackSigns(stack: ManifestStack, folder: Folder, repository: Repository): Sign[] {
  const { manifests, charts, kustomizations } = stack
  const workloads = manifests.flatMap((manifest) => manifest.workloads)
  const deploying = manifests.filter(({ kinds }) => kinds.some((kind) => deployingKinds.has(kind)))
  if (workloads.length + deploying.length + charts.length === 0) return []
  return [
    ...charts.slice(0, 1).map((path) => ({ path, line: 1, fact: 'Chart.yaml', weight: 0.6 })),
    ...kustomizations.slice(0, 1).map((path) => ({ path, line: 1, fact: baseName(path), weight: 0.3 })),
    ...workloads.slice(0, 3).map(({ evidence }) => ({ ...evidence, weight: 0.5 })),
    ...deploying.slice(0, 2).map(({ evidence }) => ({ ...evidence, weight: 0.5 })),
    ...objections(stack, folder, repository),
  ]
}

/** What is run by something else already, and what belongs to one service, is no stack of its own. */
function objections(stack: ManifestStack, folder: Folder, repository: Repository): Sign[] {
  const above = orchestratorAbove(folder.path, repository)
  const compose = composeFor(folder.path, repository)
  const owner = ownerOf(stack, repository)
  const cannot = (fact: string, path: string, weight: number): Sign[] => [{ path, line: 1, fact, weight, role: 'tooling' }]
  return [
    ...(above === undefined ? [] : cannot(`is a part of what ${above.evidence.path} runs`, above.evidence.path, -0.8)),
    ...(compose === undefined ? [] : cannot(`the same services run by ${printable(compose)}`, compose, -0.8)),
    ...(owner === undefined ? [] : cannot(`deploys ${owner === '.' ? 'the service at the root' : printable(owner)}`, stack.path, -0.8)),
  ]
}

function orchestratorAbove(path: string, repository: Repository): Orchestrator | undefined {
  for (const above of ancestorsOf(path)) {
    const orchestrator = findOrchestrator(above, repository)
    if (orchestrator !== undefined) return orchestrator
  }
  return undefined
}

/** A compose file above, or one anywhere that builds what the repository holds. */
function composeFor(path: string, repository: Repository): string | undefined {
  return composeStacks('.', repository).find(({ folder, isBuilding }) => isBuilding || isWithin(path, folder))?.file
}

/** Compose files with several services, and whether they build several. */
const composeStacks = perRepository((_, repository) =>
  landmarksOf(repository).composeFiles.flatMap((file) => {
    const services = readCompose(file, repository)?.services ?? []
    if (services.length < 2) return []
    return [{ file, folder: parentOf(file), isBuilding: services.filter(({ build }) => build !== undefined).length > 1 }]
  }),
)

/** The one service that the manifests deploy, when its source lies beside them or around. */
function ownerOf({ path, manifests, charts }: ManifestStack, repository: Repository): string | undefined {
  const workloads = manifests.flatMap((manifest) => manifest.workloads)
  const own = new Set(
    workloads.filter(({ containers }) => containers.some(({ image }) => databaseOfImage(image) === undefined)).map(({ name }) => name),
  )
  const owner = [path, ...ancestorsOf(path)].find((folder) => holdsSource(folder, repository))
  if (owner === undefined || (owner === '.' && charts.length > 1)) return undefined
  // The root and the folder itself may hold something else beside; a folder around manifests is what they are for.
  const isAround = owner !== '.' && owner !== path
  return isAround || own.size <= 1 ? owner : undefined
}

function holdsSource(path: string, repository: Repository): boolean {
  const folder = repository.folders.get(path)
  if (folder === undefined) return false
  return (
    manifestNames.some((name) => folder.files.has(name) && !composeNames.some((compose) => compose === name)) ||
    findDockerfile(folder, repository) !== undefined
  )
}

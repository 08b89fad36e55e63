// Which folders of a repository hold Kubernetes manifests, taken together as stacks: base and overlays, charts and parts are one.
import { cutWithWarning } from '../cut.ts'
import { type Landmarks, landmarksOf } from '../landmarks.ts'
import { perRepository } from '../memo.ts'
import { ancestorsOf, baseName, joinPath, parentOf } from '../paths.ts'
import type { Repository } from '../repository.ts'
import { type ManifestFacts, readManifests } from './manifests.ts'

export interface ManifestStack {
  readonly path: string
  readonly manifests: readonly ManifestFacts[]
  /** Chart.yaml files. */
  readonly charts: readonly string[]
  /** Kustomization files. */
  readonly kustomizations: readonly string[]
}

type YamlFolder = Landmarks['yamlFolders'][number]

/** Manifest files read of one repository. */
const manifestFilesLimit = 400

/** Manifest files read of one folder. */
const folderFilesLimit = 100

export function findManifestStacks(repository: Repository): ReadonlyMap<string, ManifestStack> {
  return stacksOf('.', repository)
}

const stacksOf = perRepository((_, repository): ReadonlyMap<string, ManifestStack> => {
  const groups = new Map<string, YamlFolder[]>()
  for (const folder of landmarksOf(repository).yamlFolders) {
    if (!mayHoldManifests(folder)) continue
    const stack = stackFolderOf(folder.path, repository)
    groups.set(stack, [...(groups.get(stack) ?? []), folder])
  }
  const found = [...groups].flatMap(([path, folders]) =>
    folders.flatMap((one) => manifestFiles(one, repository)).map((file) => ({ path, file })),
  )
  const read = cutWithWarning(found, { limit: manifestFilesLimit, what: 'files of Kubernetes manifests' }, repository)
  const files = Map.groupBy(read, ({ path }) => path)
  return new Map(
    [...groups.keys()].map(
      (path) =>
        [
          path,
          stackAt(
            path,
            (files.get(path) ?? []).map(({ file }) => file),
            repository,
          ),
        ] as const,
    ),
  )
})

function stackAt(path: string, files: readonly string[], repository: Repository): ManifestStack {
  const isKustomization = (file: string) => kustomizationName.test(baseName(file))
  return {
    path,
    manifests: files
      .filter((file) => baseName(file) !== 'Chart.yaml' && !isKustomization(file))
      .flatMap((file) => readManifests(file, repository) ?? []),
    charts: files.filter((file) => baseName(file) === 'Chart.yaml'),
    kustomizations: files.filter(isKustomization),
  }
}

/** Folders that are called after what they hold. */
const manifestFolder =
  /^(?:[\w-]{0,30}[-_])?(?:k8s|kubernetes|kube|kustomize|manifests?|openshift|helm|charts?|helmfile|argocd?|gitops|flux)(?:[-_][\w-]{0,30})?$/i

/** Folders that are a part of the manifests around them. */
const partFolder =
  /^(?:bases?|overlays?|environments?|envs?|components?|patches|dev|development|stag(?:e|ing)|prod|production|qa|uat|templates|resources|apps?|common|crds?)$/i

/** File names that manifests go by anywhere. */
const manifestName =
  /(?:^|[-_.])(?:deploy(?:ment)?s?|statefulsets?|daemonsets?|svc|service|ingress|k8s|kubernetes|kube|pods?|cronjobs?|job|knative|workloads?|manifests?|kustomization|configmap|namespace|hpa)\.ya?ml$|^(?:deploy(?:ment)?|k8s|kubernetes|kube|pod)[\w.-]{0,40}\.ya?ml$/i

const kustomizationName = /^(?:kustomization\.ya?ml|Kustomization)$/

const otherNames =
  /^(?:(?:docker-)?compose[\w.-]{0,40}|skaffold[\w.-]{0,40}|values[\w.-]{0,40}|okteto[\w.-]{0,40}|devspace|cloudbuild[\w.-]{0,40}|mkdocs|openapi[\w.-]{0,40}|swagger[\w.-]{0,40}|application[\w.-]{0,40}|pnpm-lock|pnpm-workspace|azure-pipelines[\w.-]{0,40}|\.[\w.-]{1,60}|dapr|render|kyozo|prometheus|requirements)\.ya?ml$/

function mayHoldManifests(folder: YamlFolder): boolean {
  // A chart's templates are no YAML before they are rendered.
  if (/(?:^|\/)templates(?:\/|$)/.test(folder.path)) return false
  const isNamed = folder.path.split('/').some((name) => manifestFolder.test(name))
  return [...folder.files].some(
    (name) => name === 'Chart.yaml' || kustomizationName.test(name) || (isNamed ? /\.ya?ml$/.test(name) : manifestName.test(name)),
  )
}

function manifestFiles(folder: YamlFolder, repository: Repository): string[] {
  const isAll =
    folder.path.split('/').some((name) => manifestFolder.test(name)) ||
    [...folder.files].some((name) => kustomizationName.test(name)) ||
    isOnlyYaml(folder)
  // A chart's templates are no YAML before they are rendered; its Chart.yaml speaks for them.
  const isChart = folder.files.includes('Chart.yaml')
  const files = [...folder.files]
    .sort()
    .filter(
      (name) =>
        name === 'Chart.yaml' ||
        kustomizationName.test(name) ||
        (!isChart && /\.ya?ml$/.test(name) && !otherNames.test(name) && (isAll || manifestName.test(name))),
    )
    .map((name) => joinPath(folder.path, name))
  return [...cutWithWarning(files, { limit: folderFilesLimit, what: `files of Kubernetes manifests in ${folder.path}` }, repository)]
}

function isOnlyYaml({ files }: YamlFolder): boolean {
  return [...files].every((name) => /\.(?:ya?ml|md|txt|sh)$|^(?:LICENSE|Makefile|\.gitignore)/i.test(name))
}

/** The outermost folder that is named for manifests, else the one that the parts lie in. */
function stackFolderOf(path: string, repository: Repository): string {
  const named = [path, ...ancestorsOf(path)]
    .filter((folder) => folder !== '.' && manifestFolder.test(baseName(folder)) && repository.folders.has(folder))
    .at(-1)
  if (named !== undefined) return named
  let folder = path
  while (folder !== '.' && partFolder.test(baseName(folder)) && !repository.folders.get(folder)?.files.has('Chart.yaml'))
    folder = parentOf(folder)
  return folder
}

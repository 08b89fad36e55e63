// Kubernetes manifests as workloads: what a Deployment's containers run, the variables they are given, and the Services that lead to them.
import type { StatedAddress } from '../../claim.ts'
import { perRepository } from '../../memo.ts'
import { baseName, joinPath, parentOf } from '../../paths.ts'
import { dataAt, field, isData, stringAt } from '../../reading/data.ts'
import { lineOf } from '../../reading/lines.ts'
import { parseYaml } from '../../reading/yaml.ts'
import type { Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import type { Workload } from './workload.ts'

export function kubernetesWorkloads(repository: Repository): Workload[] {
  const resources = manifestFiles(repository).flatMap((file) => readManifest(file, repository))
  const services = resources.filter(({ kind }) => kind === 'Service')
  const maps = resources.filter(({ kind }) => kind === 'ConfigMap')
  return resources.flatMap((resource): Workload[] => {
    const template = podTemplates[resource.kind]
    if (template === undefined) return []
    const pod = dataAt(resource.data, ...template)
    const containers = listAt(dataAt(pod, 'spec'), 'containers')
    const labels = dataAt(pod, 'metadata', 'labels')
    const leading = services.filter(({ data }) => isSelected(dataAt(data, 'spec', 'selector'), labels)).map(({ name }) => name)
    return [
      {
        file: resource.file,
        name: resource.name,
        hosts: [...new Set([...leading, resource.name])],
        image: containers.map((container) => stringAt(container, 'image')).find((image) => image !== undefined),
        folders: [],
        dependsOn: [],
        addresses: containers.flatMap((container) => addressesOf(container, { resource, maps })).slice(0, variablesLimit),
        hostPorts: [],
        isStack: false,
        evidence: resource.evidence,
      },
    ]
  })
}

interface Resource {
  readonly file: string
  readonly kind: string
  readonly name: string
  readonly data: unknown
  readonly text: string
  /** Lines of the file before the document. */
  readonly linesBefore: number
  readonly evidence: Evidence
}

const podTemplates: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Rollout: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Pod: [],
}

/** Manifests read in one repository, documents in one of them, and variables of one workload. */
const manifestsLimit = 120
const documentsLimit = 60
const variablesLimit = 100

/** Words of a path that says Kubernetes, and file names that do. */
const manifestFolder =
  /(?:^|\/)(?:k8s|kube|kubernetes|kubernetes-manifests|manifests?|deploy|deployments?|kustomize|base|templates|openshift|infra)(?:\/|$)/i
const manifestName = /(?:^|[.-])(?:deployment|deploy|service|svc|configmap|config|statefulset|k8s|kubernetes|manifests?)\.ya?ml$/i

function manifestFiles(repository: Repository): string[] {
  return [...repository.folders.values()]
    .flatMap(({ path, files }) =>
      [...files]
        .filter((name) => /\.ya?ml$/.test(name) && (manifestFolder.test(path) || manifestName.test(name)))
        .map((name) => joinPath(path, name)),
    )
    .filter((path) => !/(?:^|\/)(?:values|chart|kustomization|skaffold)[\w.-]{0,40}\.ya?ml$/i.test(path) && !path.includes('/.github/'))
    .slice(0, manifestsLimit)
}

const readManifest = perRepository((file: string, repository): readonly Resource[] => {
  const text = repository.read.text(file)
  if (text === undefined || !/^kind:/m.test(text)) return []
  const resources: Resource[] = []
  let linesBefore = 0
  for (const part of text.split(/^---[^\n]{0,100}$/m).slice(0, documentsLimit)) {
    const resource = readDocument(part, { file, linesBefore })
    if (resource !== undefined) resources.push(resource)
    linesBefore += part.split('\n').length - 1
  }
  return resources
})

const usedKind = /^kind:\s{0,8}["']?(Deployment|StatefulSet|DaemonSet|Rollout|Job|CronJob|Pod|Service|ConfigMap)["']?\s{0,8}$/m

function readDocument(text: string, { file, linesBefore }: { file: string; linesBefore: number }): Resource | undefined {
  const kind = usedKind.exec(text)?.[1]
  if (kind === undefined) return undefined
  const parsed = parseYaml(withoutTemplates(text))
  const data = 'file' in parsed ? parsed.file.data : undefined
  const name = stringAt(data, 'metadata', 'name') ?? baseName(file).replace(/\.ya?ml$/, '')
  if (!isData(data)) return undefined
  const line = linesBefore + (lineOf(text, `kind: ${kind}`) ?? 1)
  return { file, kind, name, data, text, linesBefore, evidence: { path: file, line, fact: `${kind} ${name}` } }
}

/** A Helm template without its template language: lines of nothing else are dropped, values become a word. */
function withoutTemplates(text: string): string {
  if (!text.includes('{{')) return text
  return text
    .slice(0, 64 * 1024)
    .split('\n')
    .map((line) => (/^\s{0,60}(?:- )?\{\{[^\n]{0,500}\}\}\s{0,20}$/.test(line) ? '' : line.replace(/\{\{[^{}]{0,300}\}\}/g, 'templated')))
    .join('\n')
}

function listAt(data: unknown, key: string): unknown[] {
  const list = field(data, key)
  return Array.isArray(list) ? list.slice(0, 50) : []
}

function isSelected(selector: unknown, labels: unknown): boolean {
  const wanted = isData(selector) ? Object.entries(selector) : []
  return wanted.length > 0 && wanted.every(([key, value]) => field(labels, key) === value)
}

interface AddressContext {
  readonly resource: Resource
  readonly maps: readonly Resource[]
}

function addressesOf(container: unknown, context: AddressContext): StatedAddress[] {
  const own = listAt(container, 'env').flatMap((item): StatedAddress[] => {
    const variable = stringAt(item, 'name')
    if (variable === undefined) return []
    const value = stringAt(item, 'value')
    if (value !== undefined) return [stated(variable, value, context.resource)]
    const reference = field(field(item, 'valueFrom'), 'configMapKeyRef')
    const map = findMap(stringAt(reference, 'name'), context)
    const held = map === undefined ? undefined : stringAt(map.data, 'data', stringAt(reference, 'key') ?? '')
    return map === undefined || held === undefined ? [] : [stated(variable, held, map)]
  })
  const whole = listAt(container, 'envFrom').flatMap((item) => {
    const map = findMap(stringAt(item, 'configMapRef', 'name'), context)
    const data = map === undefined ? {} : dataAt(map.data, 'data')
    return Object.entries(data).flatMap(([key, value]) =>
      map === undefined || typeof value !== 'string' ? [] : [{ ...stated(key, value, map), isShared: true }],
    )
  })
  return [...own, ...whole]
}

/** The map of a name, the one in the workload's own folder first. */
function findMap(name: string | undefined, { resource, maps }: AddressContext): Resource | undefined {
  const same = name === undefined ? [] : maps.filter((map) => map.name === name)
  return same.find(({ file }) => parentOf(file) === parentOf(resource.file)) ?? same[0]
}

function stated(variable: string, value: string, { file, text, linesBefore }: Resource): StatedAddress {
  const line = lineOf(text, variable)
  const evidence = { path: file, ...(line === undefined ? {} : { line: linesBefore + line }), fact: `${variable} in ${baseName(file)}` }
  return { variable, value, evidence, from: 'compose' }
}

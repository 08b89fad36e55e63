// What a file of Kubernetes manifests says: its workloads with their containers, and whether it is a manifest at all.
import { perRepository } from '../memo.ts'
import { asPort, dataAt, field, isData, stringAt, stringsIn } from '../reading/data.ts'
import { parseYamlParts, type YamlPart } from '../reading/yaml.ts'
import type { Evidence, HealthSpec } from '../topology.ts'
import { type Entrance, entranceOf, type Labels, labelsOf, serviceOf } from './entrances.ts'

export interface Container {
  readonly name: string
  readonly image: string
  /** What runs instead of the image's own command. */
  readonly command: string | undefined
  readonly ports: readonly number[]
  readonly environment: readonly {
    readonly name: string
    readonly value: string | undefined
    /** Whether a Secret or a ConfigMap gives it, so that somebody has to have made one. */
    readonly isGiven: boolean
    readonly evidence: Evidence
  }[]
  /** Names of the config maps whose every value it takes as variables. */
  readonly configMaps: readonly string[]
  readonly health: HealthSpec | undefined
  readonly memory: string | undefined
  readonly cpu: string | undefined
  readonly evidence: Evidence
}

export interface Workload {
  readonly kind: string
  readonly name: string
  readonly containers: readonly Container[]
  /** Labels of its pods, which services select them by. */
  readonly labels: Labels
  readonly evidence: Evidence
}

export interface ManifestFacts {
  readonly path: string
  /** Kinds of everything in the file, in its order. */
  readonly kinds: readonly string[]
  readonly workloads: readonly Workload[]
  /** Names that pods are reached by, whatever their workloads are called. */
  readonly services: readonly { readonly name: string; readonly selector: Labels }[]
  /** What lets requests in from outside, with the services that it sends them to. */
  readonly entrances: readonly Entrance[]
  /** Plain values of config maps, which containers take as variables. */
  readonly settings: readonly { readonly map: string; readonly name: string; readonly value: string; readonly evidence: Evidence }[]
  readonly evidence: Evidence
}

/** Undefined for a file that holds no Kubernetes object. */
export const readManifests = perRepository((path: string, repository): ManifestFacts | undefined => {
  const text = repository.read.text(path)
  // A template is no YAML before it is rendered, and most YAML is no manifest: both are told from the text.
  if (text === undefined || !/^\s{0,4}apiVersion\s{0,4}:/m.test(text) || !/^\s{0,4}kind\s{0,4}:/m.test(text)) return undefined
  if (/\{\{-?\s/.test(text)) return undefined
  const objects = parseYamlParts(text, (piece) => tellingKinds.test(piece)).flatMap((part) => objectsOf(part))
  const [first] = objects
  if (first === undefined) return undefined
  return {
    path,
    kinds: objects.map(({ kind }) => kind),
    workloads: objects.flatMap((object) => workloadOf(path, object) ?? []),
    services: objects.filter(({ kind }) => kind === 'Service').flatMap((object) => serviceOf(object)),
    entrances: objects.flatMap((object) => entranceOf(path, object) ?? []),
    settings: objects.filter(({ kind }) => kind === 'ConfigMap').flatMap((object) => settingsOf(path, object)),
    evidence: { path, line: first.line([]), fact: `Kubernetes ${first.kind}` },
  }
})

/** Kinds that are worth parsing; the rest of a cluster's objects says nothing about services. */
const tellingKinds =
  /^\s{0,8}(?:- )?["']?kind["']?\s{0,4}:\s{0,4}["']?(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|DeploymentConfig|Job|CronJob|Pod|Service|Ingress|IngressRoute|HTTPRoute|VirtualService|Rollout|Configuration|ConfigMap|List|Application|ApplicationSet|HelmRelease|HelmChart|Kafka|Postgresql|Cluster|Workflow|InferenceService)\b/m

export interface KubernetesObject {
  readonly kind: string
  readonly data: unknown
  readonly line: YamlPart['line']
}

function objectsOf({ data, line }: YamlPart): KubernetesObject[] {
  const kind = stringAt(data, 'kind')
  if (kind === undefined || stringAt(data, 'apiVersion') === undefined) return []
  const items = field(data, 'items')
  if (kind !== 'List' || !Array.isArray(items)) return [{ kind, data, line }]
  return items.flatMap((item: unknown, index) => {
    const itemKind = stringAt(item, 'kind')
    return itemKind === undefined
      ? []
      : [{ kind: itemKind, data: item, line: (path: readonly (string | number)[]) => line(['items', index, ...path]) }]
  })
}

/** Where the pod of each kind of workload is described. */
const podPaths: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'], StatefulSet: ['spec', 'template'], DaemonSet: ['spec', 'template'], ReplicaSet: ['spec', 'template'], ReplicationController: ['spec', 'template'], DeploymentConfig: ['spec', 'template'],
  Job: ['spec', 'template'], CronJob: ['spec', 'jobTemplate', 'spec', 'template'], Pod: [], Service: ['spec', 'template'], Rollout: ['spec', 'template'], Configuration: ['spec', 'template'],
} // biome-ignore format: a table

function workloadOf(path: string, { kind, data, line }: KubernetesObject): Workload | undefined {
  const podPath = Object.hasOwn(podPaths, kind) ? podPaths[kind] : undefined
  if (podPath === undefined) return undefined
  const listPath = [...podPath, 'spec', 'containers']
  const list = field(dataAt(data, ...listPath.slice(0, -1)), 'containers')
  if (!Array.isArray(list) || list.length === 0) return undefined
  const name = stringAt(data, 'metadata', 'name') ?? kind
  return {
    kind,
    name,
    containers: list.flatMap((value: unknown, index) => {
      const at = (...keys: readonly (string | number)[]) => line([...listPath, index, ...keys])
      return isData(value) ? [containerOf(path, value, at)] : []
    }),
    labels: labelsOf(dataAt(data, ...podPath, 'metadata').labels),
    evidence: { path, line: line([]), fact: `${kind} ${name}` },
  }
}

function containerOf(path: string, value: unknown, at: (...keys: readonly (string | number)[]) => number): Container {
  const image = stringAt(value, 'image') ?? ''
  const name = stringAt(value, 'name') ?? ''
  const words = [...stringsIn(field(value, 'command')), ...stringsIn(field(value, 'args'))]
  const limits = dataAt(value, 'resources', 'limits')
  const requests = dataAt(value, 'resources', 'requests')
  return {
    name,
    image,
    command: stringsIn(field(value, 'command')).length === 0 ? undefined : words.join(' ').slice(0, 500),
    ports: listOf(value, 'ports').flatMap((item) =>
      field(item, 'protocol') === 'UDP' ? [] : (asPort(field(item, 'containerPort')) ?? []),
    ),
    environment: listOf(value, 'env').flatMap((item, index) => {
      const variable = stringAt(item, 'name')
      const stated = field(item, 'value')
      if (variable === undefined) return []
      const isPlain = typeof stated === 'string' || typeof stated === 'number' || typeof stated === 'boolean'
      const evidence = { path, line: at('env', index), fact: `${variable} of ${name}` }
      const source = dataAt(item, 'valueFrom')
      const isGiven = ['secretKeyRef', 'configMapKeyRef'].some((key) => isData(source[key]) && field(source[key], 'optional') !== true)
      return [{ name: variable, value: isPlain ? String(stated) : undefined, isGiven, evidence }]
    }),
    configMaps: listOf(value, 'envFrom').flatMap((item) => stringAt(item, 'configMapRef', 'name') ?? []),
    health: healthOf(value),
    memory: quantity(field(limits, 'memory') ?? field(requests, 'memory')),
    cpu: quantity(field(limits, 'cpu') ?? field(requests, 'cpu')),
    evidence: { path, line: at('image'), fact: `image ${image}` },
  }
}

function healthOf(container: unknown): HealthSpec | undefined {
  for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    const http = dataAt(container, probe, 'httpGet')
    const path = stringAt(http, 'path')
    const port = asPort(field(http, 'port'))
    if (path?.startsWith('/')) return { kind: 'http', path: path.slice(0, 200), ...(port === undefined ? {} : { port }) }
    const command = stringsIn(field(dataAt(container, probe, 'exec'), 'command'))
    if (command.length > 0) return { kind: 'exec', command }
  }
  return undefined
}

function settingsOf(path: string, { data, line }: KubernetesObject): ManifestFacts['settings'] {
  return Object.entries(dataAt(data, 'data')).flatMap(([name, value]) =>
    typeof value === 'string' && value.length < 500 && /^[A-Za-z_]\w{0,63}$/.test(name)
      ? [
          {
            map: stringAt(data, 'metadata', 'name') ?? '',
            name,
            value,
            evidence: { path, line: line(['data', name]), fact: `${name} of a ConfigMap` },
          },
        ]
      : [],
  )
}

function listOf(value: unknown, key: string): unknown[] {
  const list = field(value, key)
  return Array.isArray(list) ? list.slice(0, 200) : []
}

function quantity(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^\d{1,8}(?:\.\d{1,4})?(?:[KMGT]i?|m)?$/.test(text) ? text : undefined
}

// How pods are reached: the services that select them by labels, and what lets requests in from outside.
import { field, isData, stringAt } from '../reading/data.ts'
import type { Evidence } from '../topology.ts'
import type { KubernetesObject } from './manifests.ts'

export type Labels = ReadonlyMap<string, string>

export interface Entrance {
  readonly name: string
  /** Names of services. */
  readonly backends: readonly string[]
  readonly evidence: Evidence
}

/** Labels of one object, and backends of one entrance, that are looked at. */
const labelsLimit = 30
const backendsLimit = 50

export function labelsOf(data: unknown): Labels {
  const entries = isData(data) ? Object.entries(data).slice(0, labelsLimit) : []
  return new Map(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])))
}

export function serviceOf({ data }: KubernetesObject): { name: string; selector: Labels }[] {
  const name = stringAt(data, 'metadata', 'name')
  const selector = labelsOf(field(field(data, 'spec'), 'selector'))
  return name === undefined || selector.size === 0 ? [] : [{ name, selector }]
}

/** A selector without labels selects nothing. */
export function selects(selector: Labels, labels: Labels): boolean {
  return selector.size > 0 && [...selector].every(([name, value]) => labels.get(name) === value)
}

/** Where each kind of entrance names its backends: keys to walk, `*` for every item of a list. */
const backendPaths: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Ingress: [
    ['spec', 'rules', '*', 'http', 'paths', '*', 'backend', 'service', 'name'],
    ['spec', 'rules', '*', 'http', 'paths', '*', 'backend', 'serviceName'],
    ['spec', 'defaultBackend', 'service', 'name'],
    ['spec', 'backend', 'serviceName'],
  ],
  IngressRoute: [['spec', 'routes', '*', 'services', '*', 'name']],
  HTTPRoute: [['spec', 'rules', '*', 'backendRefs', '*', 'name']],
  VirtualService: [['spec', 'http', '*', 'route', '*', 'destination', 'host']],
}

export function entranceOf(path: string, { kind, data, line }: KubernetesObject): Entrance | undefined {
  const paths = Object.hasOwn(backendPaths, kind) ? backendPaths[kind] : undefined
  const backends = [...new Set((paths ?? []).flatMap((keys) => stringsAt(data, keys)))].slice(0, backendsLimit)
  if (backends.length === 0) return undefined
  const name = stringAt(data, 'metadata', 'name') ?? kind
  return { name, backends, evidence: { path, line: line([]), fact: `${kind} ${name} lets in requests for ${backends.join(', ')}` } }
}

function stringsAt(data: unknown, [key, ...rest]: readonly string[]): string[] {
  if (key === undefined) return typeof data === 'string' && data.length <= 253 ? [data] : []
  if (key === '*') return Array.isArray(data) ? data.slice(0, backendsLimit).flatMap((item) => stringsAt(item, rest)) : []
  return stringsAt(field(data, key), rest)
}

// How parts of a topology are written for people, the same in every format. Names come from a repository, so nothing in them can move the cursor.
import { printable } from '../paths.ts'
import type { Dependency, Evidence, ServiceSpec } from '../topology.ts'

export function kindWords({ type, framework }: Pick<ServiceSpec, 'type' | 'framework'>): string {
  return framework === undefined ? type : `${type}/${printable(framework)}`
}

export function dependencyWords({ service, kind }: Pick<Dependency, 'service' | 'kind'>): string {
  return kind === 'requires' ? service : `${service} (${kind})`
}

export function sureWords(confidence: number): string {
  return `${Math.round(confidence * 100)}%`
}

export function reasonWords(evidence: readonly Evidence[]): string {
  const [first] = evidence
  return first === undefined ? '-' : `${printable(first.fact)}${placeWords(first)}`
}

export function placeWords(evidence: Evidence | undefined): string {
  if (evidence === undefined || evidence.path === '') return ''
  return ` (${printable(evidence.path)}${evidence.line === undefined ? '' : `:${evidence.line}`})`
}

// Dependencies that kyozo.yaml declares.
import type { DeclarationFile } from '../declaration/declaration.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import type { Dependency, Evidence } from '../topology.ts'
import { type KindRule, ruleOf } from './kinds.ts'
import type { OpenLink } from './links.ts'

export interface DeclaredContext {
  readonly declared: DeclarationFile
  readonly drafts: readonly Draft[]
  readonly repository: Repository
  readonly names: ReadonlyMap<string, string>
}

export function declaredLinks({ name, declared: own }: Draft, { declared, drafts, repository, names }: DeclaredContext): OpenLink[] {
  const canAdd = declared.declaration.backing !== 'off'
  return dependsOnOf(own).flatMap(({ to, kind, key }): OpenLink[] => {
    const at = ['services', name, 'depends_on', key] as const
    const target = names.get(to)
    if (target !== undefined) {
      const evidence = [declared.at(at, `${name} depends on ${to}`)]
      return [{ from: name, target: { name: target }, kind, isDeclared: true, connections: [], evidence }]
    }
    if (canAdd && ruleOf(to) !== undefined) return []
    // A name may still be missing only because the texts that tell of it are.
    if (repository.tree.wanted.size > 0) return []
    const known = drafts.map((draft) => draft.name).filter((other) => other !== name)
    return declared.refuse(
      at,
      `services.${name}.depends_on: no service is named ${to}${known.length === 0 ? '' : `; there are ${known.join(', ')}`}`,
    )
  })
}

export interface DeclaredNeed {
  readonly rule: KindRule
  readonly kind: Dependency['kind']
  readonly evidence: Evidence
}

/** `depends_on: [postgres]` asks for one even when no driver shows it; the usual variable carries its address then. */
export function declaredNeeds({ name, declared: own }: Draft, { declared, names }: DeclaredContext): DeclaredNeed[] {
  return dependsOnOf(own).flatMap(({ to, kind, key }): DeclaredNeed[] => {
    const rule = names.has(to) ? undefined : ruleOf(to)
    if (rule === undefined || kind === 'conflicts') return []
    return [{ rule, kind, evidence: declared.at(['services', name, 'depends_on', key], `${name} depends on ${to}`) }]
  })
}

interface DeclaredDependency {
  readonly to: string
  readonly kind: Dependency['kind']
  /** Its place in kyozo.yaml. */
  readonly key: string | number
}

function dependsOnOf(declared: Draft['declared']): DeclaredDependency[] {
  const wanted = declared?.depends_on ?? []
  if (Array.isArray(wanted)) return wanted.map((to, key) => ({ to, kind: 'requires', key }))
  return Object.entries(wanted).map(([to, { kind }]) => ({ to, kind, key: to }))
}

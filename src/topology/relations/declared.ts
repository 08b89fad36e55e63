// Dependencies that kyozo.yaml declares, and those that it says are none.
import type { DeclarationFile } from '../declaration/declaration.ts'
import { noneWord } from '../declaration/values.ts'
import { toLabel } from '../naming.ts'
import { nearestWord } from '../nearest.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import { backingKinds, type Dependency, type Evidence } from '../topology.ts'
import { type KindRule, ruleCalled } from './kinds.ts'
import type { OpenLink } from './links.ts'

export interface DeclaredContext {
  readonly declared: DeclarationFile
  readonly drafts: readonly Draft[]
  readonly repository: Repository
  readonly names: ReadonlyMap<string, string>
}

/** Links to services that are there. Names that nobody has and that are no kind of backing service are refused. */
export function declaredLinks(draft: Draft, context: DeclaredContext): OpenLink[] {
  const { declared, repository, names } = context
  const { name } = draft
  return dependenciesSaid(draft).flatMap(({ to, kind, at }): OpenLink[] => {
    const target = nameOf(to, names)
    if (target === undefined && ruleCalled(to) === undefined) {
      // A name may still be missing only because the texts that tell of it are.
      return repository.tree.wanted.size > 0 ? [] : refuseUnknown(draft, { to, at }, context)
    }
    if (target === undefined || kind === noneWord) return []
    if (target === name && repository.tree.wanted.size === 0)
      return declared.refuse(at, `${at.slice(0, 3).join('.')}: ${to} is the service itself; remove it`)
    const evidence = [declared.at(at, `${name} depends on ${to}`)]
    return [{ from: name, target: { name: target }, kind, isDeclared: true, connections: [], evidence }]
  })
}

export interface DeclaredNeed {
  readonly rule: KindRule
  readonly kind: Dependency['kind']
  readonly evidence: Evidence
}

/** `depends_on: [postgres]` asks for one even when no driver shows it; the usual variable carries its address then. */
export function declaredNeeds(draft: Draft, { declared, names }: DeclaredContext): DeclaredNeed[] {
  return dependenciesSaid(draft).flatMap(({ to, kind, at }): DeclaredNeed[] => {
    const rule = nameOf(to, names) === undefined ? ruleCalled(to) : undefined
    if (rule === undefined || kind === 'conflicts' || kind === noneWord) return []
    return [{ rule, kind, evidence: declared.at(at, `${draft.name} depends on ${to}`) }]
  })
}

/** What is left when every link is gone that kyozo.yaml says is none. */
export function withoutDenied(links: readonly OpenLink[], { drafts, names }: Pick<DeclaredContext, 'drafts' | 'names'>): OpenLink[] {
  const denials = new Map(drafts.map((draft) => [draft.name, denialOf(draft, names)]))
  return links.filter((link) => denials.get(link.from)?.(link) !== true)
}

function denialOf(draft: Draft, names: ReadonlyMap<string, string>): ((link: OpenLink) => boolean) | undefined {
  const said = draft.declared?.depends_on
  if (said === noneWord || (Array.isArray(said) && said.length === 0)) return () => true
  const denied = dependenciesSaid(draft).filter(({ kind }) => kind === noneWord)
  if (denied.length === 0) return undefined
  const targets = denied.map(({ to }) => ({ name: nameOf(to, names), kind: ruleCalled(to)?.kind }))
  return ({ target }) =>
    targets.some(({ name, kind }) => (name === undefined ? kind !== undefined && target.kind === kind : target.name === name))
}

/** By the name in the topology, in a compose file, or as kyozo spells that. */
function nameOf(to: string, names: ReadonlyMap<string, string>): string | undefined {
  return names.get(to) ?? names.get(toLabel(to))
}

interface SaidDependency {
  readonly to: string
  readonly kind: Dependency['kind'] | typeof noneWord
  /** Its place in kyozo.yaml. */
  readonly at: readonly (string | number)[]
}

function dependenciesSaid({ name, declared, declaredAs }: Draft): SaidDependency[] {
  const wanted = declared?.depends_on ?? []
  if (wanted === noneWord) return []
  const at = ['services', declaredAs ?? name, 'depends_on']
  if (Array.isArray(wanted)) return wanted.map((to, index) => ({ to, kind: 'requires', at: [...at, index] }))
  return Object.entries(wanted).map(([to, said]) => ({ to, kind: typeof said === 'string' ? said : said.kind, at: [...at, to] }))
}

function refuseUnknown(draft: Draft, { to, at }: Pick<SaidDependency, 'to' | 'at'>, { declared, drafts, names }: DeclaredContext): never {
  const known = [...new Set([...drafts.map(({ name }) => name), ...names.values()])].filter((other) => other !== draft.name)
  const near = nearestWord(to, [...known, ...backingKinds])
  const there = known.length === 0 ? 'there is no other' : `there are ${known.slice(0, namesShown).join(', ')}`
  const one = known.length === 0 ? 'name' : 'name one of them, or'
  const fix = near === undefined ? `${one} a kind of backing service such as postgres` : `did you mean ${near}?`
  return declared.refuse(at, `${at.slice(0, 3).join('.')}: no service is named ${to}; ${there}; ${fix}`)
}

/** Names shown of a large repository. */
const namesShown = 30

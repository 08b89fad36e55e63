// One link between two services out of everything that speaks for it.
import { compare } from '../claim.ts'
import type { Link } from './links.ts'

/** The strongest kind, every variable and all evidence. */
export function mergeLinks(links: readonly Link[]): Link[] {
  const merged = new Map<string, Link>()
  for (const link of withoutNeeded(links)) {
    const key = `${link.from}\n${link.to}`
    const known = merged.get(key)
    merged.set(key, known === undefined ? link : join(known, link))
  }
  return [...merged.values()].sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
}

/** Whoever needs the other runs beside it, whatever ports the file repeats. */
function withoutNeeded(links: readonly Link[]): readonly Link[] {
  const isGuess = ({ kind, isDeclared }: Link) => kind === 'conflicts' && !isDeclared
  const needs = new Set(links.filter((link) => !isGuess(link)).flatMap(({ from, to }) => [`${from}\n${to}`, `${to}\n${from}`]))
  return links.filter((link) => !isGuess(link) || !needs.has(`${link.from}\n${link.to}`))
}

/** Places kept for one link. */
const evidenceLimit = 12

/** A declared kind stands; among inferred ones `requires` outweighs `optional`. The address of a driver outweighs a plain one. */
function join(a: Link, b: Link): Link {
  const kind = a.isDeclared ? a.kind : b.isDeclared ? b.kind : a.kind === 'requires' || b.kind === 'requires' ? 'requires' : a.kind
  const connections = [...new Map([...a.connections, ...b.connections].map((item) => [item.variable, item])).values()]
  const evidence = [...new Map([...a.evidence, ...b.evidence].map((fact) => [`${fact.path}:${fact.line}:${fact.fact}`, fact])).values()]
  return { ...a, kind, isDeclared: a.isDeclared || b.isDeclared, connections, evidence: evidence.slice(0, evidenceLimit) }
}

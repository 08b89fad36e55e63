// When no folder is a service: what was looked at, what came closest, and what would have helped.
import { compare, confidence, evidenceOf } from './claim.ts'
import { detectors } from './detectors/index.ts'
import { baseName, printable } from './paths.ts'
import type { Repository } from './repository.ts'
import type { NothingFound } from './topology.ts'
import type { Decision } from './weigh.ts'

/** Folders that came closest; one is usually meant. */
const closestLimit = 5

/** File names that each detector looks for, as many as tell what it is about. */
const marksShown = 3

export function explainNothing(repository: Repository, { claims }: Decision): NothingFound {
  const closest = [...claims].flatMap(([path, [best]]) => (best === undefined ? [] : [{ path, claim: best, sure: confidence(best.signs) }]))
  closest.sort((a, b) => b.sure - a.sure || compare(a.path, b.path))
  return {
    folders: repository.folders.size,
    closest: closest.slice(0, closestLimit).map(({ path, claim, sure }) => {
      const objection = evidenceOf(claim.signs.filter(({ weight }) => weight < 0))[0]
      return { path, type: claim.type, confidence: sure, ...(objection === undefined ? {} : { evidence: objection }) }
    }),
    hints: hintsFor(repository, closest[0]?.path),
    lookedFor:
      repository.tree.entries.size === 0 ? [] : detectors.map(({ title, marks }) => ({ title, marks: marks.slice(0, marksShown) })),
  }
}

/** Languages that people deploy and kyozo has no detector for; a Dockerfile makes any of them a service. */
export const unknownLanguages: Readonly<Record<string, string>> = {
  lua: 'Lua', pl: 'Perl', r: 'R', jl: 'Julia', nim: 'Nim', ml: 'OCaml', erl: 'Erlang', lisp: 'Lisp', scm: 'Scheme', cob: 'COBOL', d: 'D', v: 'V', rkt: 'Racket', raku: 'Raku', pas: 'Pascal', f90: 'Fortran',
} // biome-ignore format: a table

function hintsFor(repository: Repository, closest: string | undefined): string[] {
  if (repository.tree.entries.size === 0) return ['The commit holds no files.']
  const spoken = [...new Set([...repository.tree.entries.keys()].map((path) => unknownLanguages[endingOf(path)]))]
  const language = spoken.find((name) => name !== undefined)
  const at = closest ?? '.'
  return [
    ...(language === undefined ? [] : [`There is ${language} here, which kyozo does not tell apart; a Dockerfile makes it a service.`]),
    `A start command, a Procfile or a Dockerfile in ${at === '.' ? 'the root' : printable(at)} settles what runs there.`,
    `Or say so in kyozo.yaml: services: {${nameOf(at)}: {path: ${JSON.stringify(at)}, type: …}}`,
  ]
}

function endingOf(path: string): string {
  const name = baseName(path)
  const dot = name.lastIndexOf('.')
  return dot < 1 ? '' : name.slice(dot + 1).toLowerCase()
}

function nameOf(path: string): string {
  const name = path === '.' ? 'app' : baseName(path)
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]{1,200}/g, '-')
      .replace(/^-|-$/g, '') || 'app'
  )
}

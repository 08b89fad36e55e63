// What a review says of its parts, the same for a terminal and for a Git host. Plain text: whoever shows it cleans and escapes it.
import type { FileChange } from '../reconcile/affected-services.ts'
import type { Evidence } from '../topology/topology.ts'
import type { FactChange, MissingVariables, Move, Review, ServiceChange } from './review.ts'

/** One or two words: `rebuilt`, `moved and rebuilt`. */
export function changeWord({ kind, move, isRebuilt }: ServiceChange): string {
  const word = kind === 'moved' && move !== null && move.from.folder === move.to.folder ? 'renamed' : kind
  return kind === 'moved' && isRebuilt ? `${word} and rebuilt` : word
}

/** Why it is what it becomes; that it is new its word says already. */
export function causeWords({ name, kind, cause }: ServiceChange): string {
  const isNew = `${name} is new: `
  return kind === 'added' && cause.startsWith(isNew) ? cause.slice(isNew.length) : cause
}

/** `port 3000 → 4000`, or what comes and goes of several: `volume + uploads at /data`. */
export function factWords({ fact, removed, added }: FactChange): string {
  const [old] = removed
  const [young] = added
  if (removed.length === 1 && added.length === 1) return `${fact} ${old} → ${young}`
  return [fact, ...removed.map((value) => `− ${value}`), ...added.map((value) => `+ ${value}`)].join(' ')
}

/** What a move keeps and what it does not; a sentence each. */
export function moveSentences({ from, to, keepsName, fix }: Move): readonly string[] {
  if (keepsName) return [`It keeps its name, and with it its ${keptByName} and history.`]
  return [
    `kyozo takes ${to.name} for a new service: what belongs to ${from.name} by its name stays behind, its ${keptByName} and history.`,
    `To keep them, ${fix ?? ''}.`,
  ]
}

const keptByName = 'volumes, addresses, ports, secrets'

export function replacementWords({ replacement, kind }: ServiceChange): string | undefined {
  if (replacement === null || kind === 'removed') return undefined
  if (replacement.kind === 'beside') return undefined
  return `stopped before the new one starts, because ${replacement.reason}`
}

export function fileWords({ path, kind, from }: FileChange): string {
  switch (kind) {
    case 'changed':
      return `${path} changed`
    case 'added':
      return `${path} is new`
    case 'removed':
      return `${path} was removed`
    case 'renamed':
      return `${from} became ${path}`
  }
}

export function placeOf({ path, line }: Evidence): string {
  return line === undefined ? path : `${path}:${line}`
}

export function certaintyWords({ after, before, kind }: ServiceChange): string | undefined {
  const confidence = (after ?? before)?.confidence
  if (confidence == null || kind === 'removed') return undefined
  return `${Math.round(confidence * 100)}% sure`
}

export function missingWords({ service, variables }: MissingVariables, { knowsSecrets }: Pick<Review, 'knowsSecrets'>): string {
  const secrets = variables.length === 1 ? 'a secret of that name' : 'secrets of these names'
  const unless = knowsSecrets ? '' : ', unless that is done'
  return `${service} needs ${variables.join(', ')}, which nothing ${knowsSecrets ? '' : 'in the repository '}sets; set ${secrets}${unless}`
}

export function strategyWords({ strategy: { before, after } }: Review): string | undefined {
  return before === null || before === after ? undefined : `strategy ${before} → ${after}`
}

// Walks a map of the file by its row of the policy: unknown keys are violations, refused and dropped ones are reported, and the rest is handed on.
import { type Located, type LocatedMap, type Place, saysNothing } from './located.ts'
import type { PolicyRow } from './policy.ts'
import { differ, refuse, type Scope, warn } from './scope.ts'
import { shown } from './wording.ts'

export type Readers<Keys extends string> = { readonly [Key in Keys]?: (node: Located) => void }

/** Calls the reader of each key that is to be read. `what` names the map in messages: `a service`. */
export function readKeys<Keys extends string>(
  scope: Scope,
  map: LocatedMap,
  options: { readonly what: string; readonly policy: Readonly<Record<Keys, PolicyRow>>; readonly readers: Readers<Keys> },
): void {
  for (const [key, node] of map.entries) {
    if (key.startsWith('x-')) continue
    if (!isKeyOf(options.policy, key)) {
      refuse(scope, node.place, {
        rule: 'schema',
        message: `${shown(key)} is not a key of ${options.what}; correct its spelling or remove it`,
      })
    } else if (isToBeRead(scope, { key, node, row: options.policy[key] })) {
      options.readers[key]?.(node)
    }
  }
}

/** Whether the policy lets the value through; says why when it does not. */
function isToBeRead(scope: Scope, { key, node, row }: { key: string; node: Located; row: PolicyRow }): boolean {
  const decision = row.decisions[scope.trust]
  switch (decision) {
    case 'allow':
      return true
    case 'drop':
      if (!saysNothing(node)) differ(scope, node.place, { change: `\`${key}\` is left out`, reason: `\`${key}\` ${row.why}` })
      return false
    case 'ignore':
      if (!saysNothing(node)) warn(scope, node.place, { rule: row.rule, message: `\`${key}\` ${row.why}; it is left out` })
      return false
    case 'operator':
    case 'deny':
      if (!saysNothing(node)) refuse(scope, node.place, { rule: row.rule, message: `\`${key}\` ${row.why}; ${row.instead}` })
      return false
  }
}

function isKeyOf<Keys extends string>(table: Readonly<Record<Keys, PolicyRow>>, key: string): key is Keys {
  return Object.hasOwn(table, key)
}

/** A map with these keys and no others; `x-` keys are skipped. Undefined, with a violation, when it is something else. */
export function closedMap(
  scope: Scope,
  node: Located,
  { what, keys }: { what: string; keys: readonly string[] },
): Map<string, Located> | undefined {
  if (node.kind !== 'map') return refuseShape(scope, node.place, `${what} must be a map of ${keys.join(', ')}`)
  const known = new Map<string, Located>()
  for (const [key, value] of node.entries) {
    if (key.startsWith('x-')) continue
    if (keys.includes(key)) known.set(key, value)
    else refuse(scope, value.place, { rule: 'schema', message: `${shown(key)} is not a key of ${what}; correct its spelling or remove it` })
  }
  return known
}

export function refuseShape(scope: Scope, place: Place, message: string): undefined {
  refuse(scope, place, { rule: 'schema', message })
}

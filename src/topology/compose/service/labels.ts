// Labels are orders to other programs: proxies route by them, schedulers run commands from them. Reserved ones are refused everywhere. In previews all
// others are left out as well, except `app.*`: refusing them would only keep ordinary files from having previews.

import { reservedLabels } from '../grants.ts'
import { labelLimits } from '../limits.ts'
import type { Located } from '../located.ts'
import { differ, refuse, type Scope } from '../scope.ts'
import { type PlacedPair, pairsOf } from '../values.ts'
import { shown } from '../wording.ts'

export function readLabels(scope: Scope, node: Located): Record<string, string> {
  const labels = checkLabels(scope, node)
  const kept = labels.filter(({ name, place }) => {
    if (scope.trust === 'trusted' || name.startsWith('app.')) return true
    differ(scope, place, { change: `the label ${shown(name)} is left out`, reason: 'previews keep only labels that begin with `app.`' })
    return false
  })
  return Object.fromEntries(kept.map(({ name, value }) => [name, value ?? '']))
}

/** The labels that are allowed; the others are reported. */
export function checkLabels(scope: Scope, node: Located): PlacedPair[] {
  const labels = pairsOf(scope, node)
  if (labels.length > labelLimits.count)
    refuse(scope, node.place, { rule: 'label', message: `a service may have ${labelLimits.count} labels; list fewer` })
  return labels.filter(({ name, value, place }) => {
    const problem = problemOf(name, value ?? '')
    if (problem !== undefined) refuse(scope, place, { rule: 'label', message: `the label ${shown(name)} ${problem}; remove it` })
    return problem === undefined
  })
}

function problemOf(name: string, value: string): string | undefined {
  const lower = name.toLowerCase()
  const reserved = reservedLabels.find(
    (prefix) => lower === prefix || (/^[._-]/.test(lower.slice(prefix.length)) && lower.startsWith(prefix)),
  )
  if (reserved !== undefined) return `is an order to another program (\`${reserved}\`)`
  if (name === '' || /[\s\0"'`$]/.test(name)) return 'has a name that is not plain'
  if (Buffer.byteLength(name) + Buffer.byteLength(value) > labelLimits.bytes) return `is longer than ${labelLimits.bytes} bytes`
  return /[\n\r\0]/.test(value) ? 'has a value of several lines' : undefined
}

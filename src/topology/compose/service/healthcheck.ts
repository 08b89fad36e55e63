// `healthcheck`: what runs in the container to see that it is well, within bounds that keep it from becoming a load of its own.
import { closedMap, refuseShape } from '../apply-policy.ts'
import { healthLimits } from '../limits.ts'
import type { Located } from '../located.ts'
import type { ComposeModelHealthcheck } from '../model.ts'
import type { Scope } from '../scope.ts'
import { durationOf, flagOf, integerOf, textOf } from '../values.ts'

const keys = ['test', 'interval', 'timeout', 'retries', 'start_period', 'start_interval', 'disable']

export function readHealthcheck(scope: Scope, node: Located): ComposeModelHealthcheck | undefined {
  const values = closedMap(scope, node, { what: '`healthcheck`', keys })
  if (values === undefined) return undefined
  const { intervalMs, timeoutMs, startPeriodMs, retries } = healthLimits
  const duration = (key: string, bounds: { minimum: number; maximum: number }) => {
    const value = values.get(key)
    return value && durationOf(scope, value, { ...bounds, what: `a duration for \`${key}\`` })
  }
  const retriesNode = values.get('retries')
  const disable = values.get('disable')
  const testNode = values.get('test')
  const test = testNode && readTest(scope, testNode)
  const isDisabled = (disable && flagOf(scope, disable)) || test?.[0] === 'NONE'
  return withoutAbsent({
    isDisabled,
    test: isDisabled || test?.length === 0 ? undefined : test,
    intervalMs: duration('interval', { minimum: intervalMs, maximum: startPeriodMs }),
    timeoutMs: duration('timeout', { minimum: 1, maximum: timeoutMs }),
    retries: retriesNode && integerOf(scope, retriesNode, { minimum: 1, maximum: retries, what: 'a number of `retries`' }),
    startPeriodMs: duration('start_period', { minimum: 0, maximum: startPeriodMs }),
    startIntervalMs: duration('start_interval', { minimum: intervalMs, maximum: startPeriodMs }),
  })
}

function readTest(scope: Scope, node: Located): string[] | undefined {
  if (node.kind === 'scalar') {
    const line = textOf(scope, node)
    return line === undefined || line === '' ? undefined : ['CMD-SHELL', line]
  }
  if (node.kind === 'map') return refuseShape(scope, node.place, '`test` must be a line or a list')
  const words = node.items.map((item) => textOf(scope, item) ?? '')
  const [kind] = words
  if (kind === undefined || kind === 'NONE' || (kind === 'CMD-SHELL' && words.length === 2) || (kind === 'CMD' && words.length > 1))
    return words
  return refuseShape(scope, node.place, '`test` must begin with CMD and its words, CMD-SHELL and one line, or NONE')
}

/** The object without its undefined properties. */
function withoutAbsent(
  check: { [Key in keyof ComposeModelHealthcheck]: ComposeModelHealthcheck[Key] | undefined },
): ComposeModelHealthcheck {
  return Object.fromEntries(Object.entries(check).filter(([, value]) => value !== undefined)) as unknown as ComposeModelHealthcheck
}

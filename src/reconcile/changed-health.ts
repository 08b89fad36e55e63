// A health check is asked by kyozo from outside: no container is different by it, and what runs has never been asked the new one.
import type { TreeDiff } from '../git/source-tree.ts'
import { canonicalJson } from '../stack/canonical.ts'
import { questionOf } from '../stack/health-pace.ts'
import type { StackService, StackSpec } from '../stack/stack.ts'
import type { Cause } from './plan.ts'

export interface HealthInput {
  readonly spec: StackSpec
  /** What is live, by name. */
  readonly live: ReadonlyMap<string, Pick<StackService, 'health'>>
  readonly diff: TreeDiff
  /** Whether a person changed settings. */
  readonly hasNewSettings: boolean
}

/**
 * Services to start again, so that the new check is proved before it counts. Only where somebody has said so: a kyozo that finds another check by
 * itself restarts nothing, and another pace of the same check does not either.
 */
export function changedHealth({ spec, live, diff, hasNewSettings }: HealthInput): ReadonlyMap<string, Cause> {
  const isDeclared = [...diff.added, ...diff.modified, ...diff.removed].some((path) => /^kyozo\.ya?ml$/.test(path))
  if (!isDeclared && !hasNewSettings) return new Map()
  const changed = spec.services.filter(({ name, health }) => {
    const before = live.get(name)
    return before !== undefined && canonicalJson(questionOf(before.health)) !== canonicalJson(questionOf(health))
  })
  return new Map(changed.map(({ name }) => [name, 'its health check changed']))
}

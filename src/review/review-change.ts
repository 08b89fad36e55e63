// What merging a change would do: a function of the two sides and of the diff between their trees. The server says it below a pull request, and
// `kyozo plan` before anything is pushed.
import type { TreeDiff } from '../git/source-tree.ts'
import { affectedServices, type FileChange } from '../reconcile/affected-services.ts'
import { changedHealth } from '../reconcile/changed-health.ts'
import { explainChanges, rememberServices } from '../reconcile/explain-changes.ts'
import type { Cause } from '../reconcile/plan.ts'
import { planBetween } from '../reconcile/plan-between.ts'
import { vanishedServices } from '../reconcile/vanished-services.ts'
import type { Difference } from '../stack/stack.ts'
import { composeDiff } from './compose-diff.ts'
import { type Continued, continuedServices } from './continued.ts'
import { decisionsOf } from './decisions.ts'
import { factsOf } from './facts.ts'
import { missingVariables } from './missing-variables.ts'
import type { ChangeKind, Review, ReviewedSide, ReviewInput, ServiceChange, ServiceFacts } from './review.ts'
import { createChange, type Known } from './service-change.ts'
import { volumesAtRisk } from './volumes-at-risk.ts'

export function reviewChange(input: ReviewInput): Review {
  const { before, after, diff } = input
  const continued = continuedServices(input)
  const facts = { before: before === null ? new Map<string, ServiceFacts>() : factsOf(before), after: factsOf(after) }
  const known = knownOf(input, { continued, facts })
  const services = [...goneServices(known), ...after.stack.services.map((service) => createChange(known, { after: service }))]
  const risks = volumesAtRisk({ before, after, continued, facts })
  return {
    isFirst: before === null,
    services: services.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind)),
    strategy: { before: before?.topology.strategy ?? null, after: after.topology.strategy },
    plan: planBetween({ running: before?.stack, next: after.stack, diff }),
    risks,
    decisions: decisionsOf(services, risks),
    failures: expectedFailures(input),
    missing: missingVariables(input, continued),
    knowsSecrets: input.knowsSecrets ?? false,
    composeDiff: composeDiff(before?.stack, after.stack),
    differences: newDifferences(before, after),
    warnings: after.topology.warnings.filter((warning) => before?.topology.warnings.includes(warning) !== true),
  }
}

/** What may hurt comes first. */
const kinds: readonly ChangeKind[] = ['removed', 'moved', 'rebuilt', 'changed', 'added', 'unchanged']

function knownOf({ before, after, diff }: ReviewInput, found: Pick<Known, 'continued' | 'facts'>): Known {
  const previousServices = before === null ? {} : rememberServices(before.stack)
  const live = new Map((before?.stack.services ?? []).map((service) => [service.name, service]))
  const explained = explainChanges({ spec: after.stack, previousServices, diff })
  const isSame = (name: string) => live.get(name)?.configHash === after.stack.services.find((service) => service.name === name)?.configHash
  // A check that changes is proved on a container that is started again, although nothing else of it changes.
  const checks = new Map([...changedHealth({ spec: after.stack, live, diff, hasNewSettings: false })].filter(([name]) => isSame(name)))
  return {
    ...found,
    after,
    causes: new Map<string, Cause>([...explained.services, ...checks]),
    checks: new Set(checks.keys()),
    files: changedFiles({ before, after, diff }, found.continued),
  }
}

/** A service that goes on under another name was built from the files of the one that it was. */
function changedFiles(
  { before, after, diff }: { readonly before: ReviewedSide | null; readonly after: ReviewedSide; readonly diff: TreeDiff },
  continued: ReadonlyMap<string, Continued>,
): ReadonlyMap<string, readonly FileChange[]> {
  if (before === null) return new Map()
  const remembered = rememberServices(before.stack)
  const previous = new Map(
    after.stack.services.map(({ name }) => [name, remembered[continued.get(name)?.before.name ?? ''] ?? { files: [] }] as const),
  )
  return affectedServices({ services: after.stack.services, previous, diff })
}

function goneServices(known: Known): ServiceChange[] {
  const goOn = new Set([...known.continued.values()].map(({ before }) => before.name))
  return [...known.facts.before.values()].filter(({ name }) => !goOn.has(name)).map((facts) => createChange(known, { gone: facts }))
}

function expectedFailures({ before, after, diff, hasFolder }: ReviewInput): Review['failures'] {
  const previous = before?.stack.services ?? []
  return vanishedServices({ spec: after.stack, previous, hasFolder, diff }).map(({ message, hint, service }) => ({
    service: service ?? null,
    words: message,
    advice: hint ?? null,
  }))
}

function newDifferences(before: ReviewedSide | null, { stack }: ReviewedSide): Review['differences'] {
  const keyOf = ({ file, pointer, change }: Difference) => [file, pointer, change].join('\0')
  const known = new Set(before?.stack.differences.map(keyOf))
  const added = stack.differences.filter((one) => !known.has(keyOf(one)))
  return { added, kept: stack.differences.length - added.length }
}

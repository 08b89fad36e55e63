// Observes once, plans, stores and prints the plan before anything of it is done.
import { KyozoError } from '../errors.ts'
import type { TreeDiff } from '../git/source-tree.ts'
import { changedHealth } from '../reconcile/changed-health.ts'
import { explainChanges, rememberServices } from '../reconcile/explain-changes.ts'
import { formatPlan } from '../reconcile/format-plan.ts'
import type { ObservedStack, StackPlan, Wishes } from '../reconcile/plan.ts'
import { planStack } from '../reconcile/plan-stack.ts'
import { vanishedServices } from '../reconcile/vanished-services.ts'
import { short } from '../release/verdict.ts'
import { committedFile } from '../stack/committed/file.ts'
import type { Edit } from '../stack/committed/three-way.ts'
import { describeEdit } from '../stack/committed/wording.ts'
import type { StackSpec } from '../stack/stack.ts'
import { updateRelease } from '../store/leases.ts'
import { findRelease } from '../store/releases.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { ReleaseFailure } from './outcomes.ts'
import { planWishes } from './wishes.ts'

export interface MadePlan {
  readonly plan: StackPlan
  readonly observed: ObservedStack
}

export interface PlanInput {
  readonly stack: StackSpec
  readonly diff: TreeDiff
  /** Whether the commit has anything in a folder. */
  readonly hasFolder: (folder: string) => boolean
  /** The cause of every change, where the diff does not tell it. Default is what it tells. */
  readonly because?: string
}

export async function makePlan(attempt: Attempt, kyozo: Kyozo, input: PlanInput): Promise<MadePlan> {
  const { stack, diff } = input
  const vanished = vanishedServices({ ...input, spec: stack, previous: [...attempt.live.values()].map(({ spec }) => spec) })
  const missing = missingServices(attempt, stack)
  if (vanished.length + missing.length > 0) throw new ReleaseFailure([...vanished, ...missing])
  const { liveReleaseId } = attempt.environment
  const live = liveReleaseId === null ? undefined : (await findRelease(kyozo.db, liveReleaseId))?.stackSpec
  const observed = await kyozo.engine.observe(
    attempt.identity,
    stack.services.map((service) => service.image),
  )
  const explained = explainChanges({ spec: stack, previousServices: live ? rememberServices(live) : {}, diff })
  const context = input.because === undefined ? explained : becauseOf(explained, { because: input.because, stack, attempt })
  const plan = planStack(stack, observed, { ...context, wishes: allWishes(attempt, input) })
  const planText = attempt.redact(formatPlan(plan))
  await updateRelease(kyozo.db, attempt.lease, { plan: JSON.stringify(plan), planText })
  sayDifferences(attempt, stack, live ?? undefined)
  sayEdits(attempt, stack, live ?? undefined)
  for (const line of planText === '' ? ['nothing to do: the commit holds no service'] : planText.split('\n')) attempt.say(`  ${line}`)
  return { plan, observed }
}

function allWishes(attempt: Attempt, { stack, diff }: PlanInput): Wishes {
  const wishes = planWishes(attempt.wishes, attempt.release)
  const live = new Map([...attempt.live].map(([name, { spec }]) => [name, spec]))
  const checks = changedHealth({ spec: stack, live, diff, hasNewSettings: attempt.release.options.analyze === true })
  return { ...wishes, restart: new Map([...checks, ...(wishes.restart ?? [])]) }
}

/** What stays as it is keeps its own words. */
function becauseOf(
  explained: ReturnType<typeof explainChanges>,
  { because, stack, attempt }: { readonly because: string; readonly stack: StackSpec; readonly attempt: Attempt },
): typeof explained {
  const isSame = (name: string) =>
    attempt.live.get(name)?.spec.configHash === stack.services.find((service) => service.name === name)?.configHash
  return { ...explained, services: new Map([...explained.services].map(([name, cause]) => [name, isSame(name) ? cause : because])) }
}

/** Services that a person created and that the commit does not hold. Once that is said they are forgotten. */
function missingServices({ wishes, release }: Attempt, stack: StackSpec): readonly KyozoError[] {
  const names = new Set([...stack.services, ...(stack.sharing?.services ?? [])].map(({ name }) => name))
  const sought = wishes.services.filter(
    ({ name, status, desiredState }) => status === 'detecting' && desiredState === 'running' && !names.has(name),
  )
  return sought.map(({ name, settings }) => {
    const place = typeof settings.path === 'string' ? `no folder ${settings.path}` : `no service ${name}`
    return new KyozoError('declaration_invalid', `${name} cannot be made: ${short(release.sha)} has ${place}`, {
      service: name,
      hint: 'push a commit that has it, or create the service with another path',
    })
  })
}

/** In full when they are new; afterwards they would bury the plan, and the release has them. */
function sayDifferences(attempt: Attempt, stack: StackSpec, live: StackSpec | undefined): void {
  const before = sayNew(attempt, stack.differences.map(sayDifference), live?.differences.map(sayDifference))
  if (before > 0) attempt.say(`  ${before} differences from your compose file, as before`)
}

function sayEdits(attempt: Attempt, stack: StackSpec, live: StackSpec | undefined): void {
  const sayEdit = (edit: Edit) => `${committedFile} ${describeEdit(edit)}`
  // A line is moved by whatever is written above it.
  const before = sayNew(attempt, stack.edits?.map(sayEdit), live?.edits?.map(sayEdit), { key: (line) => line.replace(/ line \d+,/, '') })
  if (before > 0) attempt.say(`  ${before} ${before === 1 ? 'change' : 'changes'} of yours in ${committedFile}, as before`)
}

/** Says what was not said before. Returns how many were. */
function sayNew(
  attempt: Attempt,
  lines: readonly string[] = [],
  before: readonly string[] = [],
  { key = (line: string) => line } = {},
): number {
  const said = new Set(before.map(key))
  const isNew = lines.filter((line) => !said.has(key(line)))
  for (const line of isNew) attempt.say(`  ${line}`)
  return lines.length - isNew.length
}

function sayDifference({ file, pointer, change, reason }: StackSpec['differences'][number]): string {
  return `${file}${pointer}: ${change} (${reason})`
}

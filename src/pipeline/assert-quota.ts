// What a team's services ask for together is held against its quota before anything is built.
import { KyozoError } from '../errors.ts'
import { overQuota, type Wanted } from '../stack/settings/quota.ts'
import { bytesOf, coresOf } from '../stack/settings/resources.ts'
import type { StackService, StackSpec } from '../stack/stack.ts'
import type { Executor } from '../store/database.ts'
import { holdTeamQuota, teamUsage } from '../store/intents.ts'
import { instancesByName } from '../store/service-instances.ts'
import type { Attempt } from './attempt.ts'
import { limitsOf } from './instance-facts.ts'

/**
 * Throws `quota_exceeded` with the sums. A quota that was made smaller than what runs stops nothing: only who asks for more than before is refused.
 * The team's quota is held for the transaction, so that two plans cannot each take what is left.
 */
export async function assertQuota(trx: Executor, attempt: Attempt, stack: StackSpec): Promise<void> {
  const { teamId } = attempt.workspace
  const quota = await holdTeamQuota(trx, teamId)
  if (Object.keys(quota).length === 0) return
  const { limits } = await teamUsage(trx, teamId, { environmentId: attempt.environment.id })
  const isWanted = ({ name }: StackService) => !attempt.wishes.stopped.has(name) && !attempt.wishes.destroyed.has(name)
  const wanted = stack.services.filter(isWanted).map((spec) => ({ ...limitsOf(spec, stack), replicas: spec.replicas }))
  const over = overQuota(quota, [...limits, ...wanted])
  if (over.length === 0 || !asksForMore(wanted, await runningNow(trx, attempt.environment.id))) return
  throw new KyozoError('quota_exceeded', over.join('; '), {
    hint: 'scale or stop a service of the team, lower its limits, or ask an owner of the team for a larger quota',
  })
}

/** More memory, cores or services than run now, as their rows have it. */
function asksForMore(wanted: readonly Wanted[], running: readonly Wanted[]): boolean {
  const [asked, had] = [sumsOf(wanted), sumsOf(running)]
  return asked.some((sum, part) => sum > had[part]! + 1e-9)
}

function sumsOf(services: readonly Wanted[]): readonly number[] {
  const sum = (amount: (one: Wanted) => number) => services.reduce((total, one) => total + amount(one) * one.replicas, 0)
  return [sum(({ memory }) => bytesOf(memory) ?? 0), sum(({ cpu }) => coresOf(cpu) ?? 0), services.length]
}

async function runningNow(trx: Executor, environmentId: string): Promise<readonly Wanted[]> {
  const rows = [...(await instancesByName(trx, environmentId)).values()].filter(
    ({ deployedAt, status }) => deployedAt !== null && status !== 'stopped',
  )
  return rows.map(({ resourceLimits, scalingConfig }) => ({ ...resourceLimits, replicas: Number(scalingConfig.replicas ?? 1) }))
}

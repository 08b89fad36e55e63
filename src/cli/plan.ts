// `kyozo plan`: what a release of this folder would do to an engine on which nothing runs yet, or, with --against, on which another commit runs.
import { Command } from 'commander'
import { diffTrees } from '../git/diff-trees.ts'
import { formatPlan } from '../reconcile/format-plan.ts'
import type { StackPlan } from '../reconcile/plan.ts'
import { planBetween } from '../reconcile/plan-between.ts'
import type { Topology } from '../topology/topology.ts'
import { printDocument } from './print.ts'
import { type SpecifiedFolder, specifyFolder } from './specify.ts'

interface PlanOptions {
  readonly ref?: string
  readonly against?: string
  readonly json?: boolean
  readonly exitCode?: boolean
}

export function planCommand(): Command {
  return new Command('plan')
    .description('what a release would do, step by step, and why')
    .argument('[dir]', 'a Git work tree, a bare repository or a plain folder', '.')
    .option('--ref <ref>', 'the commit to release instead of the files as they are')
    .option('--against <ref>', 'the commit that runs now; default is none')
    .option('--json', 'print one JSON document')
    .option('--exit-code', 'exit with 2 when the plan changes something')
    .action(async (dir: string, options: PlanOptions) => {
      const next = await specifyFolder(dir, options.ref)
      const running = options.against === undefined ? undefined : await specifyFolder(dir, options.against)
      const plan = planFolders(running, next)
      for (const warning of next.topology.warnings) process.stderr.write(`${warning}\n`)
      if (options.json) printDocument({ schemaVersion: 1, ...plan })
      else process.stdout.write(`${plan.operations.length === 0 ? nothingPlanned(next.topology) : formatPlan(plan)}\n`)
      if (options.exitCode && plan.operations.some((operation) => operation.kind !== 'keep' && operation.kind !== 'keep_volume'))
        process.exitCode = 2
    })
}

/** An empty answer would leave open whether anything was understood. */
function nothingPlanned({ services }: Topology): string {
  const manifests = services.filter(({ build }) => build.kind === 'manifests').map(({ path }) => path)
  if (manifests.length === 0) return 'Nothing to do: there is no service. `kyozo analyze` says what was looked at.'
  return `Nothing to do: kyozo tells of the Kubernetes manifests in ${manifests.join(', ')} and never applies them.`
}

/** The plan that takes an engine on which `running` is live to `next`. */
export function planFolders(running: SpecifiedFolder | undefined, next: SpecifiedFolder): StackPlan {
  const diff = diffTrees(running?.folder.listing ?? null, next.folder.listing)
  return planBetween({ running: running?.stack, next: next.stack, diff })
}

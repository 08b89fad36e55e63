// `kyozo plan`: what merging the files as they are would do, as the pull request will say it; or, without anything to compare with, what a release of
// this folder would do to an engine on which nothing runs yet, or, with --against, on which another commit runs.
import { Command, Option } from 'commander'
import { diffTrees } from '../git/diff-trees.ts'
import { formatPlan } from '../reconcile/format-plan.ts'
import type { StackPlan } from '../reconcile/plan.ts'
import { planBetween } from '../reconcile/plan-between.ts'
import { titledMarkdown } from '../review/markdown.ts'
import type { Review } from '../review/review.ts'
import { reviewText } from '../review/text.ts'
import type { Topology } from '../topology/topology.ts'
import { printDocument } from './print.ts'
import { type Base, findBase, reviewAgainst, reviewFolders } from './review-folder.ts'
import { type SpecifiedFolder, specifiedAfter, specifyFolder } from './specify.ts'

interface PlanOptions {
  readonly ref?: string
  readonly base?: string
  readonly against?: string
  readonly json?: boolean
  readonly markdown?: boolean
  readonly exitCode?: boolean
}

export function planCommand(): Command {
  return new Command('plan')
    .description('what merging would do, service by service, or what a release would do, step by step')
    .argument('[dir]', 'a Git work tree, a bare repository or a plain folder', '.')
    .option('--ref <ref>', 'the commit to release instead of the files as they are')
    .option('--base <ref>', 'what it is to be merged into; default is the default branch of origin, as it was fetched last')
    .addOption(new Option('--against <ref>', 'the commit that runs now; default is none').conflicts('base'))
    .option('--json', 'print one JSON document')
    .addOption(new Option('--markdown', 'print what the pull request will show').conflicts(['json', 'against']))
    .option('--exit-code', 'exit with 2 when something changes, or a person has to decide')
    .action(async (dir: string, options: PlanOptions) => {
      const base = options.against === undefined ? await findBase(dir, options) : undefined
      const next = await specifyFolder(base?.dir ?? dir, options.ref)
      const compared = base === undefined ? undefined : await reviewAgainst(base, next)
      const review = compared ?? (options.markdown ? reviewFolders(undefined, next) : undefined)
      if (review === undefined) await tellPlan({ dir, next, options })
      else tellReview(review, { base, next, options })
    })
}

interface Told {
  readonly next: SpecifiedFolder
  readonly options: PlanOptions
}

function tellReview(review: Review, { base, next, options }: Told & { readonly base: Base | undefined }): void {
  if (options.json) {
    // Programs that name no base ask what a release would do.
    const { operations } = options.base === undefined ? planFolders(undefined, next) : review.plan
    printDocument({ schemaVersion: 1, base: base === undefined ? null : { ref: base.ref, sha: base.sha }, operations, review })
  } else process.stdout.write(options.markdown ? `${titledMarkdown(review)}\n` : reviewText(review))
  if (options.exitCode && isPending(review)) process.exitCode = 2
}

function isPending({ services, decisions, failures }: Review): boolean {
  return decisions.length + failures.length > 0 || services.some(({ kind }) => kind !== 'unchanged')
}

async function tellPlan({ dir, next, options }: Told & { readonly dir: string }): Promise<void> {
  const running = options.against === undefined ? undefined : await specifyFolder(dir, options.against)
  const plan = planFolders(running, running === undefined ? next : await specifiedAfter(running, next))
  for (const warning of next.topology.warnings) process.stderr.write(`${warning}\n`)
  if (options.json) printDocument({ schemaVersion: 1, ...plan })
  else process.stdout.write(`${plan.operations.length === 0 ? nothingPlanned(next.topology) : formatPlan(plan)}\n`)
  if (options.exitCode && plan.operations.some((operation) => operation.kind !== 'keep' && operation.kind !== 'keep_volume'))
    process.exitCode = 2
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

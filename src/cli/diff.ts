// `kyozo diff A..B`: which services a change touches, and why; the others are named too.
import { Command } from 'commander'
import { KyozoError } from '../errors.ts'
import { formatPlan } from '../reconcile/format-plan.ts'
import { planBetween } from './plan.ts'
import { printDocument } from './print.ts'
import { specifyFolder } from './specify.ts'

export function diffCommand(): Command {
  return new Command('diff')
    .description('which services a change touches; default is the files as they are against HEAD')
    .argument('[range]', 'two commits as A..B', 'HEAD')
    .option('--dir <dir>', 'the repository', '.')
    .option('--json', 'print one JSON document')
    .action(async (range: string, options: { readonly dir: string; readonly json?: boolean }) => {
      const [from, to, ...rest] = range.split('..')
      if (from === undefined || from === '' || rest.length > 0)
        throw new KyozoError('bad_request', `${JSON.stringify(range)} is not a range of commits`, {
          hint: 'write it as A..B, such as main..HEAD',
        })
      const plan = planBetween(await specifyFolder(options.dir, from), await specifyFolder(options.dir, to === '' ? undefined : to))
      if (options.json) printDocument({ schemaVersion: 1, ...plan })
      else process.stdout.write(`${formatPlan(plan)}\n`)
      if (plan.operations.some((operation) => operation.kind !== 'keep' && operation.kind !== 'keep_volume')) process.exitCode = 2
    })
}

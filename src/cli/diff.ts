// `kyozo diff A..B`: which services a change touches, and why; the others are named too.
import { Command } from 'commander'
import { KyozoError } from '../errors.ts'
import { commonAncestor, rootAround } from '../git/open-folder.ts'
import { formatPlan } from '../reconcile/format-plan.ts'
import { planFolders } from './plan.ts'
import { printDocument } from './print.ts'
import { specifiedAfter, specifyFolder } from './specify.ts'

export function diffCommand(): Command {
  return new Command('diff')
    .description('which services a change touches; default is the files as they are against HEAD')
    .argument('[range]', 'two commits as A..B, or as A...B since they parted', 'HEAD')
    .option('--dir <dir>', 'the repository, or a folder of it', '.')
    .option('--json', 'print one JSON document')
    .action(async (range: string, options: { readonly dir: string; readonly json?: boolean }) => {
      const dir = (await rootAround(options.dir)) ?? options.dir
      const { from, to } = await endsOf(range, dir)
      const before = await specifyFolder(dir, from)
      const plan = planFolders(before, await specifiedAfter(before, await specifyFolder(dir, to)))
      if (options.json) printDocument({ schemaVersion: 1, ...plan })
      else process.stdout.write(`${formatPlan(plan)}\n`)
      if (plan.operations.some((operation) => operation.kind !== 'keep' && operation.kind !== 'keep_volume')) process.exitCode = 2
    })
}

interface Ends {
  readonly from: string
  /** Undefined stands for the files as they are. */
  readonly to: string | undefined
}

/** As Git reads ranges: an end that is left out is HEAD between three dots, and the files as they are after two. */
async function endsOf(range: string, dir: string): Promise<Ends> {
  const [, from = '', dots, to = ''] = /^(.*?)(\.{2,3})(?!\.)(.*)$/.exec(range) ?? [range, range]
  if ((from === '' && dots !== '...') || /\.\./.test(to) || (dots === undefined && from.includes('..'))) {
    throw new KyozoError('bad_request', `${JSON.stringify(range)} is not a range of commits`, {
      hint: 'write it as A..B, such as main..HEAD, or as A...B for what B changed since it left A',
    })
  }
  if (dots !== '...') return { from, to: to === '' ? undefined : to }
  const ends: [string, string] = [from === '' ? 'HEAD' : from, to === '' ? 'HEAD' : to]
  return { from: await commonAncestor(dir, ends), to: ends[1] }
}

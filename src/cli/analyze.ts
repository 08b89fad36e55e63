// `kyozo analyze`: what a folder or commit holds, and why. The same code as the server's.
import { Command } from 'commander'
import { readSource } from '../git/load-source-tree.ts'
import { openFolder } from '../git/open-folder.ts'
import { analyze } from '../topology/analyze.ts'
import { printTopology, reportTopology } from '../topology/report.ts'
import { printDocument } from './print.ts'

interface AnalyzeOptions {
  readonly ref?: string
  readonly json?: boolean
  readonly strict?: boolean
}

/** Below this a person should look before anything is deployed. */
const unsureBelow = 0.6

export function analyzeCommand(): Command {
  return new Command('analyze')
    .description('what the folders of a repository are, and why')
    .argument('[dir]', 'a Git work tree, a bare repository or a plain folder', '.')
    .option('--ref <ref>', 'a branch, tag or commit instead of the files as they are')
    .option('--json', 'print one JSON document')
    .option('--strict', 'exit with 2 when something is unsure')
    .action(async (dir: string, options: AnalyzeOptions) => {
      const start = performance.now()
      const folder = await openFolder(dir, options.ref)
      const { answer } = await readSource(folder.reader, folder.listing, (tree) => analyze(tree))
      const report = reportTopology(answer, {
        revision: { sha: folder.commit?.sha ?? null, tree: folder.listing.tree },
        files: folder.listing.entries.size,
        durationMs: performance.now() - start,
      })
      if (options.json) printDocument(report)
      else process.stdout.write(printTopology(answer))
      if (options.strict && answer.services.some((service) => service.confidence < unsureBelow)) process.exitCode = 2
    })
}

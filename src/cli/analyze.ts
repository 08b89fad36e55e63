// `kyozo analyze`: what a folder or commit holds, and why. The same code as the server's.
import { Command, Option } from 'commander'
import { readSource } from '../git/load-source-tree.ts'
import { openFolder } from '../git/open-folder.ts'
import { analyze } from '../topology/analyze.ts'
import { unsureBelow } from '../topology/claim.ts'
import { createMemory } from '../topology/incremental/memory.ts'
import { reportTopology } from '../topology/report/document.ts'
import { type Format, formats } from '../topology/report/formats.ts'
import { rootNames } from './folder-name.ts'
import { printDocument } from './print.ts'

interface AnalyzeOptions {
  readonly ref?: string
  readonly json?: boolean
  readonly format: Format
  readonly strict?: boolean
}

export function analyzeCommand(): Command {
  return new Command('analyze')
    .description('what the folders of a repository are, and why')
    .argument('[dir]', 'a Git work tree, a bare repository or a plain folder', '.')
    .option('--ref <ref>', 'a branch, tag or commit instead of the files as they are')
    .option('--json', 'print one JSON document')
    .addOption(new Option('--format <format>', 'how it is shown').choices(Object.keys(formats)).default('table'))
    .option('--strict', 'exit with 2 when something is unsure')
    .action(async (dir: string, options: AnalyzeOptions) => {
      const start = performance.now()
      const folder = await openFolder(dir, options.ref)
      const memory = createMemory()
      const { answer } = await readSource(folder.reader, { ...folder.listing, memory }, (tree) =>
        analyze(tree, { memory, ...rootNames(dir) }),
      )
      const report = reportTopology(answer, {
        revision: { sha: folder.commit?.sha ?? null, tree: folder.listing.tree },
        files: folder.listing.entries.size,
        durationMs: performance.now() - start,
      })
      if (options.json) printDocument(report)
      else process.stdout.write(formats[options.format](answer, process.stdout.isTTY ? { width: process.stdout.columns } : {}))
      if (options.strict && answer.services.some((service) => service.confidence < unsureBelow)) process.exitCode = 2
    })
}

// `kyozo compose`: the stack as a compose file that runs without kyozo.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { specifyFolder } from './specify.ts'

const fileName = 'compose.kyozo.yaml'

export function composeCommand(): Command {
  return new Command('compose')
    .description(`print the stack as ${fileName}`)
    .argument('[dir]', 'a Git work tree or a plain folder', '.')
    .option('--ref <ref>', 'a branch, tag or commit instead of the files as they are')
    .option('--write', `write ${fileName} into the folder`)
    .option('--check', `exit with 2 when ${fileName} in the folder differs`)
    .action(async (dir: string, options: { readonly ref?: string; readonly write?: boolean; readonly check?: boolean }) => {
      const { stack } = await specifyFolder(dir, options.ref)
      const file = path.join(dir, fileName)
      for (const difference of stack.differences)
        process.stderr.write(`${difference.file}${difference.pointer}: ${difference.change} (${difference.reason})\n`)
      if (options.check) {
        const present = await readFile(file, 'utf8').catch(() => undefined)
        if (present === stack.documentText) return
        process.stderr.write(
          `${file} ${present === undefined ? 'does not exist' : 'is not what the folder asks for'}; kyozo compose --write makes it\n`,
        )
        process.exitCode = 2
      } else if (options.write) {
        await writeFile(file, stack.documentText)
        process.stderr.write(`Wrote ${file}\n`)
      } else process.stdout.write(stack.documentText)
    })
}

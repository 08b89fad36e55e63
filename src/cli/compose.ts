// `kyozo compose`: the stack as a compose file that runs without kyozo, with what people have changed in it.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command, Option } from 'commander'
import { KyozoError } from '../errors.ts'
import { committedFile } from '../stack/committed/file.ts'
import { describeConflict, describeEdit } from '../stack/committed/wording.ts'
import type { Committed } from '../stack/edits/with-edits.ts'
import { printable } from './print.ts'
import { specifyFolder, specifyWithoutEdits } from './specify.ts'

interface ComposeOptions {
  readonly ref?: string
  readonly write?: boolean
  readonly check?: boolean
  readonly conflicts?: 'keep' | 'take'
  readonly withoutEdits?: boolean
}

export function composeCommand(): Command {
  return new Command('compose')
    .description(`print the stack as ${committedFile}`)
    .argument('[dir]', 'a Git work tree or a plain folder', '.')
    .option('--ref <ref>', 'a branch, tag or commit instead of the files as they are')
    .option('--write', `write ${committedFile} into the folder; what people changed in it stays`)
    .option('--check', `exit with 2 when ${committedFile} in the folder differs`)
    .addOption(
      new Option('--conflicts <whose>', 'what both you and kyozo have changed: keep yours, or take what kyozo generates').choices([
        'keep',
        'take',
      ]),
    )
    .addOption(
      new Option('--without-edits', 'print it as kyozo generates it, whatever people changed').conflicts(['write', 'check', 'conflicts']),
    )
    .action(async (dir: string, options: ComposeOptions) => {
      const { stack, committed } = await (options.withoutEdits ? specifyWithoutEdits : specifyFolder)(dir, options.ref)
      for (const difference of stack.differences)
        say(`${difference.file}${difference.pointer}: ${difference.change} (${difference.reason})`)
      if (options.check) check(path.join(dir, committedFile), committed)
      else await print(path.join(dir, committedFile), committed, options)
    })
}

/** Ends with 2 when the file is not as it should be, or when somebody has to decide. */
function check(file: string, { present, merged }: Committed): void {
  sayConflicts(merged.conflicts)
  if (present === merged.text && merged.conflicts.length === 0) return
  say(`${file} ${present === null ? 'does not exist' : 'is not what the folder asks for'}; kyozo compose --write makes it`)
  process.exitCode = 2
}

/** A conflict that nobody has decided ends with 1, and writes nothing. */
async function print(file: string, committed: Committed, options: ComposeOptions): Promise<void> {
  const { merged, proposal } = committed
  const isUndecided = merged.conflicts.length > 0 && options.conflicts === undefined
  const text = options.conflicts === 'take' ? proposal : merged.text
  if (isUndecided) {
    sayConflicts(merged.conflicts)
    say(
      'Nothing was written: --conflicts keep keeps what you have, --conflicts take takes what kyozo generates; or write kyozo’s value yourself.',
    )
    process.exitCode = 1
  } else if (options.write) await write(file, text, committed)
  else process.stdout.write(text)
}

async function write(file: string, text: string, { present, merged }: Committed): Promise<void> {
  const onDisk = await readFile(file, 'utf8').catch(() => null)
  if (onDisk !== present)
    throw new KyozoError('conflict', `${file} is another file than the one that was read`, {
      hint: 'it is written over only as it is: commit it, leave --ref away, or take it out of .gitignore',
    })
  for (const edit of merged.edits) say(`Kept: ${describeEdit(edit)}`)
  if (text !== present) await writeFile(file, text)
  say(text === present ? `${file} is as it should be` : `Wrote ${file}`)
}

function sayConflicts(conflicts: Committed['merged']['conflicts']): void {
  if (conflicts.length > 0) say(`Both you and kyozo have changed in ${committedFile}:`)
  for (const conflict of conflicts) say(describeConflict(conflict))
}

function say(words: string): void {
  process.stderr.write(`${words.split('\n').map(printable).join('\n')}\n`)
}

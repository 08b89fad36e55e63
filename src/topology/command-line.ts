// Programs that people run by hand: they read a command line, do what it says and end. Packages that read one are in servers too, so they
// speak only where nothing shows that the program stays.
import type { Claim, Sign } from './claim.ts'
import { baseName } from './paths.ts'
import type { ServiceType } from './topology.ts'

/** Packages and modules that read a command line or ask whoever sits before it. */
const readers: Partial<Record<ServiceType, readonly string[]>> = {
  nodejs: ['commander', 'yargs', 'meow', 'cac', 'sade', 'clipanion', '@oclif/core', '@oclif/command', 'oclif', 'caporal', '@caporal/core', 'vorpal', 'inquirer', '@inquirer/prompts', 'enquirer', 'prompts', '@clack/prompts', 'ink', 'blessed', 'command-line-args', 'minimist', 'arg', 'citty', 'gluegun'],
  bun: ['commander', 'yargs', 'meow', 'cac', 'sade', 'clipanion', 'inquirer', '@inquirer/prompts', 'prompts', '@clack/prompts', 'ink', 'minimist', 'arg', 'citty'],
  deno: ['@std/cli', '@std/flags', '@cliffy/command', '@cliffy/prompt', 'commander', 'yargs', 'cliffy'],
  python: ['argparse', 'optparse', 'getopt', 'click', 'typer', 'docopt', 'fire', 'plumbum', 'cleo', 'cliff', 'textual', 'curses', 'tkinter', 'pygame', 'prompt_toolkit', 'questionary'],
  golang: ['flag', 'github.com/spf13/pflag', 'github.com/spf13/cobra', 'github.com/urfave/cli', 'github.com/alecthomas/kong', 'github.com/alexflint/go-arg', 'github.com/jessevdk/go-flags'],
  crystal: ['option_parser'],
  cpp: ['CLI11', 'cli11', 'CLI', 'CLI.hpp', 'cxxopts', 'cxxopts.hpp', 'argparse', 'argparse.hpp', 'gflags', 'getopt.h', 'boost-program-options', 'ncurses', 'ncurses.h', 'curses.h'],
} // biome-ignore format: a table

/** Names of files that do one job and end: they are run by whoever wants it done. */
const jobs =
  /^(?:train(?:er|ing)?|pretrain|finetune|fine_tune|eval|evaluate|evaluation|inference|infer|predict|preprocess(?:ing)?|prepare(?:_data)?|download(?:_data)?|convert|export|plot|visuali[sz]e|analy[sz]e|analysis|benchmark|bench|seed|migrate|demo|example|tune|sweep|generate|gen|build|install|deploy|release|publish|setup)(?:[-_]\w{1,40})?\.\w{1,4}$/

/** What says that a program is run by hand; nothing where it stays, or where somebody declared how it runs. */
export function commandLineSigns(claim: Claim): Sign[] {
  if (claim.spec.framework !== undefined || claim.spec.port !== undefined) return []
  if (claim.signs.some(isDecided)) return []
  const names = readers[claim.type] ?? []
  const reader = [...claim.imports, ...claim.dependencies].find(({ name }) =>
    [name, name.replace(/\/v\d{1,2}$/, ''), name.split('/', 1)[0] ?? name].some((one) => names.includes(one)),
  )
  if (reader !== undefined)
    return [{ ...reader.evidence, fact: `reads a command line: ${reader.evidence.fact}`, weight: -0.45, role: 'tooling' }]
  const entry = claim.signs.find(({ fact }) => fact.startsWith('entry file ') || fact === 'a program begins here')
  if (entry === undefined || !jobs.test(baseName(entry.path))) return []
  return [{ path: entry.path, line: 1, fact: 'does one job, by its name, and ends', weight: -0.45, role: 'tooling' }]
}

/** A declaration, an image or a call that listens or waits; or an objection that says the same. */
function isDecided({ fact, weight, role }: Sign): boolean {
  return weight >= 0.5 || fact.startsWith('keeps running: ') || (role === 'tooling' && weight <= -0.4)
}

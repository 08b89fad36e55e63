#!/usr/bin/env node
// The command line. Each command is one file; this is the list. Data goes to standard output, everything else to standard error.
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { asKyozoError, type ErrorCode } from '../errors.ts'
import { analyzeCommand } from './analyze.ts'
import { apiCommand } from './api.ts'
import { composeCommand } from './compose.ts'
import { diffCommand } from './diff.ts'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { loginCommand } from './login.ts'
import { logsCommand } from './logs.ts'
import { planCommand } from './plan.ts'
import { releasesCommand } from './releases.ts'
import { schemaCommand } from './schema.ts'
import { serveCommand } from './serve.ts'
import { statusCommand } from './status.ts'

/** 0 ok · 1 failed · 2 changes pending or unsure · 3 usage or configuration · 4 authentication · 5 not found · 6 refused · 7 timed out. */
const exitCodes: Partial<Record<ErrorCode, number>> = {
  config_invalid: 3,
  declaration_invalid: 3,
  data_dir_locked: 3,
  bad_request: 3,
  unauthorized: 4,
  not_found: 5,
  revision_not_found: 5,
  compose_refused: 6,
  dockerfile_refused: 6,
  engine_refused: 6,
  forge_refused: 6,
  child_timed_out: 7,
  build_timed_out: 7,
  request_timed_out: 7,
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

const program = new Command('kyozo')
  .description('Directory organization is deployment strategy: a Git repository’s folders become running services.')
  .version(manifest.version, '-v, --version', 'print the version')
  .showHelpAfterError('kyozo --help lists the commands.')
  .exitOverride()
  .configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => process.stderr.write(text) })

for (const command of [
  analyzeCommand,
  explainCommand,
  diffCommand,
  planCommand,
  composeCommand,
  schemaCommand,
  doctorCommand,
  serveCommand,
  loginCommand,
  statusCommand,
  releasesCommand,
  logsCommand,
  apiCommand,
]) {
  const added = command()
  program.addCommand(added.exitOverride().showHelpAfterError(`kyozo ${added.name()} --help says how it is used.`))
}

try {
  await program.parseAsync(process.argv)
} catch (thrown) {
  process.exitCode = exitCodeOf(thrown)
}

function exitCodeOf(thrown: unknown): number {
  // Commander has printed its message, or the help that was asked for.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 3
  const error = asKyozoError(thrown)
  process.stderr.write(`kyozo: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`)
  if (error.code === 'internal' && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`)
  return exitCodes[error.code] ?? 1
}

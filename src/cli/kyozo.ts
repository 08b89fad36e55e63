#!/usr/bin/env node
// The command line. Data goes to standard output, everything else to standard error; no failure ends in a stack trace that is not a defect.
import { CommanderError } from 'commander'
import { asKyozoError } from '../errors.ts'
import { exitCodeOf } from './exit-codes.ts'
import { createProgram } from './program.ts'

// A reader such as `head` that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await createProgram().parseAsync(process.argv)
} catch (thrown) {
  process.exitCode = tell(thrown)
}

/** Says what failed, and returns the exit code. */
function tell(thrown: unknown): number {
  // Commander has printed its message, or the help that was asked for.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 3
  const error = asKyozoError(thrown)
  process.stderr.write(`kyozo: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`)
  if (error.code === 'internal' && thrown instanceof Error && process.env.KYOZO_LOG_LEVEL === 'debug')
    process.stderr.write(`${thrown.stack}\n`)
  return exitCodeOf(error.code)
}

// Runs one program of the image set-up and returns what it printed; anything but success is an error with the program's own last words.
import { runChild } from '../../../src/child.ts'

/** Long enough for a package download on a slow line. */
const deadlineMs = 600_000
/** Programs of the set-up unpack archives and link programs; the product's own limit is for its own children. */
const memoryLimitBytes = 4 * 1024 ** 3

export async function runProgram(program: string, args: readonly string[]): Promise<string> {
  const home = process.env.HOME ?? '/root'
  const result = await runChild({ program, args, deadlineMs, memoryLimitBytes, env: { HOME: home } })
  if (result.exitCode === 0) return result.stdout.toString('utf8')
  const words = `${result.stdout.toString('utf8')}\n${result.stderr}`.trim().split('\n').slice(-15).join('\n')
  throw new Error(`${program} ${args.join(' ')} ended with exit code ${result.exitCode}:\n${words}`)
}

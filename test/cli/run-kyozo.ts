// The command line as a shell runs it: a child process, its two outputs apart, its exit code.
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { compiled } from '../support/compiled.ts'
import { until } from '../support/until.ts'

const command = path.join(import.meta.dirname, '../../setup/kyozo.mjs')

export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What standard input brings; default is nothing. */
  readonly input?: string
}

export function runKyozo(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [command, ...args],
      { cwd: options.cwd ?? '/', env: environment(options), maxBuffer: 16 * 1024 ** 2 },
      (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr }),
    )
    child.stdin?.end(options.input ?? '')
  })
}

/** A command that goes on until it is interrupted. */
export interface RunningKyozo {
  stdout(): string
  stderr(): string
  /** Waits until its output holds this. */
  printed(text: string | RegExp): Promise<void>
  /** As Ctrl-C does; gives the exit code. */
  interrupt(): Promise<number | null>
  /** Waits for its own end; gives the exit code. */
  readonly ended: Promise<number | null>
}

export function startRunning(args: readonly string[], options: RunOptions = {}): RunningKyozo {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(process.execPath, [command, ...args], {
    cwd: options.cwd ?? '/',
    env: environment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    async printed(text) {
      const isThere = (output: string) => (typeof text === 'string' ? output.includes(text) : text.test(output))
      await until(`${args.join(' ')} to print ${text}`, () => isThere(stdout) || isThere(stderr)).catch((error: Error) => {
        throw new Error(`${error.message}; it printed ${stdout} ${stderr}`)
      })
    },
    interrupt() {
      child.kill('SIGINT')
      return ended
    },
  }
}

function environment({ env }: RunOptions): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, XDG_CONFIG_HOME: '/nonexistent', NODE_COMPILE_CACHE: compiled, ...env }
}

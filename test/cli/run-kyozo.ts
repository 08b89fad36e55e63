// The command line as a shell runs it: a child process, its two outputs apart, its exit code.
import { execFile } from 'node:child_process'
import path from 'node:path'

const command = path.join(import.meta.dirname, '../../setup/kyozo.mjs')

export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export function runKyozo(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const env = { PATH: process.env.PATH, XDG_CONFIG_HOME: '/nonexistent', ...options.env }
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { cwd: options.cwd ?? '/', env, maxBuffer: 16 * 1024 ** 2 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr })
    })
  })
}

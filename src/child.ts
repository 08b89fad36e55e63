// The one module that starts child processes. An argument list, never a shell; exactly the environment it is given; a deadline, a memory
// limit, an output limit, and a SIGKILL of the whole process group. A child does not outlive kyozo.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { KyozoError } from './errors.ts'

export interface ChildSpec {
  readonly program: string
  readonly args: readonly string[]
  /** The child's whole environment besides PATH. Default is none. */
  readonly env?: Readonly<Record<string, string>>
  /** Default is `/`. */
  readonly cwd?: string
  /** Sent to the child's standard input, which is then closed. Default is no input. */
  readonly input?: string | Buffer | Readable
  /** After this many milliseconds the process group is killed. */
  readonly deadlineMs: number
  /** Private memory the child may use. Default is 1 GiB. */
  readonly memoryLimitBytes?: number
  /** Bytes of output kept in the result; what goes beyond is dropped from `stdout`, and the tail is kept of `stderr`. Default is 8 MiB. */
  readonly outputLimitBytes?: number
  /** Called with each piece of output as it comes. With `onStdout` the output is not kept in the result as well. */
  readonly onStdout?: (chunk: Buffer) => void
  readonly onStderr?: (chunk: Buffer) => void
  /** Where standard output goes instead of the result; back-pressure is respected. The stream is not ended. */
  readonly stdout?: Writable
  /** Kills the process group when aborted. */
  readonly signal?: AbortSignal
  /** Runs as this user instead of kyozo's own; Linux and root only. */
  readonly owner?: ProcessOwner
}

export interface ProcessOwner {
  readonly uid: number
  readonly gid: number
}

export interface ChildResult {
  /** `null` when it was killed by a signal. */
  readonly exitCode: number | null
  readonly stdout: Buffer
  readonly stderr: string
  readonly wasTruncated: boolean
}

/** Programs are found here and nowhere else, whatever PATH kyozo itself was started with. */
const programPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const defaultMemoryLimitBytes = 1024 ** 3
const defaultOutputLimitBytes = 8 * 1024 ** 2

/**
 * Runs a program to its end. A non-zero exit is a result, not an error: the caller knows what it means. Throws `child_timed_out` at the
 * deadline, `superseded` when the signal aborts, and `engine_unavailable` when the program is not there.
 */
export async function runChild(spec: ChildSpec): Promise<ChildResult> {
  spec.signal?.throwIfAborted()
  const [program, args] = confined(spec)
  const child = spawn(program, args, {
    cwd: spec.cwd ?? '/',
    env: { PATH: programPath, ...spec.env },
    stdio: [spec.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const stdout = collector(spec.outputLimitBytes ?? defaultOutputLimitBytes)
  const stderr = collector(spec.outputLimitBytes ?? defaultOutputLimitBytes)
  let ended: 'deadline' | 'aborted' | undefined
  const kill = (why: 'deadline' | 'aborted') => {
    ended ??= why
    killGroup(child.pid)
  }
  const timer = setTimeout(() => kill('deadline'), spec.deadlineMs)
  const onAbort = () => kill('aborted')
  spec.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    const exit = exitOf(child)
    // A child that ends before it has read its input breaks the pipe; its exit code says what happened.
    const fed = spec.input === undefined || child.stdin === null ? undefined : feed(spec.input, child.stdin)
    // Input that breaks off: what the child would make of half of it must not count. The error itself is thrown once the child has ended.
    fed?.catch(() => kill('aborted'))
    const copied =
      spec.stdout && child.stdout ? pipeline(child.stdout, spec.stdout, { end: false }).catch(() => kill('aborted')) : undefined
    if (!spec.stdout) child.stdout?.on('data', spec.onStdout ?? stdout.add)
    child.stderr?.on('data', (chunk: Buffer) => {
      spec.onStderr?.(chunk)
      stderr.add(chunk)
    })
    const exitCode = await exit
    await Promise.all([fed, copied])
    if (ended === 'deadline')
      throw new KyozoError('child_timed_out', `${describe(spec)} did not end within ${spec.deadlineMs / 1000} s and was stopped`)
    if (ended === 'aborted' && spec.signal?.aborted) throw asAbort(spec)
    return { exitCode, stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8'), wasTruncated: stdout.isFull() }
  } finally {
    clearTimeout(timer)
    spec.signal?.removeEventListener('abort', onAbort)
    killGroup(child.pid)
  }
}

function exitOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new KyozoError('engine_unavailable', `could not start ${child.spawnfile}: ${error.message}`, {
          hint: 'install it, or run `kyozo doctor` to see what is missing',
          cause: error,
        }),
      )
    })
    child.once('close', (code) => resolve(code))
  })
}

/** On Linux the child is started through util-linux: it dies with kyozo, and its private memory is limited. */
function confined(spec: ChildSpec): [string, string[]] {
  if (!canConfine) return [spec.program, [...spec.args]]
  const limit = String(spec.memoryLimitBytes ?? defaultMemoryLimitBytes)
  return [
    '/usr/bin/setpriv',
    [...asOwner(spec.owner), '--pdeathsig', 'KILL', '/usr/bin/prlimit', `--data=${limit}`, '--core=0', '--', spec.program, ...spec.args],
  ]
}

/**
 * Another user may lack the right to enter the folders above the program and its data: that one capability stays with the child. The secure
 * bit makes access(2), which programs ask before they start others, count it too (capabilities(7), SECBIT_NO_SETUID_FIXUP).
 */
function asOwner(owner: ProcessOwner | undefined): string[] {
  if (owner === undefined) return []
  const capability = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search']
  return [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', ...capability, '--securebits=+no_setuid_fixup']
}

const canConfine = process.platform === 'linux' && existsSync('/usr/bin/setpriv') && existsSync('/usr/bin/prlimit')

async function feed(input: string | Buffer | Readable, stdin: Writable): Promise<void> {
  if (typeof input === 'string' || Buffer.isBuffer(input)) {
    stdin.on('error', ignoreBrokenPipe)
    stdin.end(input)
    return
  }
  await pipeline(input, stdin).catch(ignoreBrokenPipe)
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function asAbort(spec: ChildSpec): Error {
  const reason: unknown = spec.signal?.reason
  return reason instanceof Error ? reason : new KyozoError('superseded', `${describe(spec)} was stopped`)
}

function describe(spec: ChildSpec): string {
  return [spec.program, spec.args.find((arg) => /^[a-z][a-z-]+$/.test(arg))].filter(Boolean).join(' ')
}

function collector(limitBytes: number) {
  const chunks: Buffer[] = []
  let size = 0
  let dropped = false
  return {
    add(chunk: Buffer) {
      chunks.push(chunk)
      size += chunk.length
      while (size > limitBytes && chunks.length > 1) {
        size -= chunks.shift()?.length ?? 0
        dropped = true
      }
    },
    bytes: () => Buffer.concat(chunks),
    isFull: () => dropped,
  }
}

export interface ServerSpec {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly owner?: ProcessOwner
  /** Sent to stop it, and by the kernel when kyozo dies. */
  readonly stopSignal: 'SIGINT' | 'SIGTERM'
}

export interface ServerProcess {
  readonly pid: number
  hasEnded(): boolean
  /** The last lines it wrote, for an error message. */
  lastOutput(): string
  /** Sends the stop signal and waits for the end; kills it after ten seconds. */
  stop(): Promise<void>
}

const serverStopMs = 10_000
const serverOutputBytes = 16 * 1024

/** Starts a program that runs beside kyozo until `stop`, or until kyozo dies. */
export function startServer(spec: ServerSpec): ServerProcess {
  const wrapper = ['/usr/bin/setpriv', ...asOwner(spec.owner), '--pdeathsig', spec.stopSignal.slice(3), '--']
  const [program, ...args] = canConfine ? [...wrapper, spec.program, ...spec.args] : [spec.program, ...spec.args]
  const child = spawn(program!, args, {
    cwd: '/',
    env: { PATH: programPath, ...spec.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const output = collector(serverOutputBytes)
  child.stdout.on('data', output.add)
  child.stderr.on('data', output.add)
  let ended = false
  const end = new Promise<void>((resolve) => {
    const finish = () => {
      ended = true
      resolve()
    }
    child.once('close', finish)
    child.once('error', (error) => {
      output.add(Buffer.from(error.message))
      finish()
    })
  })
  return {
    pid: child.pid ?? 0,
    hasEnded: () => ended,
    lastOutput: () => output.bytes().toString('utf8').trim().split('\n').slice(-3).join(' | '),
    async stop() {
      if (ended) return
      child.kill(spec.stopSignal)
      const timer = setTimeout(() => killGroup(child.pid), serverStopMs)
      await end
      clearTimeout(timer)
    },
  }
}

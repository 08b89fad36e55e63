// kyozo as a service manager runs it: started again whenever it ends, until it is told to stop.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { compiled } from '../../support/compiled.ts'
import { until } from '../../support/until.ts'

const root = path.join(import.meta.dirname, '../../..')

export interface Exit {
  readonly atMs: number
  readonly pid: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Whether it had served before. One that finds no database ends while it starts, and is started again. */
  readonly hadStarted: boolean
  /** Signals with which the harness asked for it. */
  readonly asked: readonly NodeJS.Signals[]
  /** Its last words. */
  readonly words: string
}

export interface KyozoProcess {
  pid(): number
  /** Every end, oldest first. */
  readonly exits: readonly Exit[]
  /** The most that any of its processes has held, as far as that was seen; half a second before an end nobody may have looked. */
  peakMemoryMiB(): number
  /** Waits until the process that runs now serves. */
  serving(deadlineMs?: number): Promise<void>
  /** Sends a signal to the process that runs now. False when none does. */
  signal(signal: NodeJS.Signals): boolean
  /** Ends it for good. */
  end(): Promise<void>
}

export interface KyozoOptions {
  readonly environment: Readonly<Record<string, string>>
  readonly preloads: readonly string[]
  /** Everything that it says. */
  readonly logFile: string
}

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<void>
  readonly asked: NodeJS.Signals[]
  words: string
  isServing: boolean
}

const restartMs = 100
const memoryLookMs = 500
/** It makes its tables first, on a machine that others use too. */
const startMs = 180_000

export function startKyozoProcess({ environment, preloads, logFile }: KyozoOptions): KyozoProcess {
  const exits: Exit[] = []
  let peakMiB = 0
  let isEnding = false
  let running: Running = launch()
  const lookAtMemory = () => {
    peakMiB = Math.max(peakMiB, peakOf(running.child.pid))
    return peakMiB
  }
  const memoryLooks = setInterval(lookAtMemory, memoryLookMs).unref()
  function again(): void {
    if (!isEnding) running = launch()
  }
  function launch(): Running {
    const imports = preloads.flatMap((file) => ['--import', file])
    const child = spawn(process.execPath, [...imports, 'src/main.ts'], {
      cwd: root,
      env: { NODE_COMPILE_CACHE: compiled, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const mine: Running = {
      child,
      ended: new Promise((resolve) => child.once('close', () => resolve())),
      asked: [],
      words: '',
      isServing: false,
    }
    const hear = (chunk: Buffer) => {
      mine.words = (mine.words + chunk.toString()).slice(-4_000)
      mine.isServing ||= mine.words.includes('kyozo is ready')
      void appendFile(logFile, chunk).catch(() => undefined)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('close', (code, signal) => {
      const { asked, words, isServing } = mine
      exits.push({ atMs: Date.now(), pid: child.pid ?? 0, code, signal, hadStarted: isServing, asked, words: words.slice(-600) })
      mine.isServing = false
      setTimeout(again, restartMs)
    })
    return mine
  }
  function send(signal: NodeJS.Signals): boolean {
    const isSent = running.child.kill(signal)
    if (isSent) running.asked.push(signal)
    return isSent
  }
  return {
    pid: () => running.child.pid ?? 0,
    exits,
    peakMemoryMiB: lookAtMemory,
    serving: (deadlineMs = startMs) => until('kyozo to serve', () => running.isServing, { deadlineMs }).then(() => undefined),
    signal: send,
    async end() {
      isEnding = true
      clearInterval(memoryLooks)
      send('SIGCONT')
      send('SIGTERM')
      const timer = setTimeout(() => send('SIGKILL'), 20_000)
      await running.ended
      clearTimeout(timer)
    },
  }
}

/** 0 for one that has ended. */
function peakOf(pid: number | undefined): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

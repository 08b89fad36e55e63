// What a build's plain output says: its lines as they come, and in the end which step failed and why. Pure.
import { stripVTControlCharacters } from 'node:util'
import { KyozoError } from '../../errors.ts'
import { isFinalRefusal } from './registry-answer.ts'

/** Longer lines are cut: a minified file that a compiler quotes is no help. */
const lineLimitChars = 2_000
/** Enough to find the failing step and its output again, which Buildx repeats at the end. */
const linesKept = 200
const linesTold = 15

export interface BuildOutput {
  add(chunk: Buffer): void
  /** Hands on a last line that has no line end. */
  end(): void
  lines(): readonly string[]
}

export function buildOutput(onLine: (line: string) => void): BuildOutput {
  const decoder = new TextDecoder()
  const kept: string[] = []
  let rest = ''
  const take = (raw: string) => {
    const line = stripVTControlCharacters(raw.replace(/\r$/, '').slice(0, lineLimitChars))
    kept.push(line)
    if (kept.length > linesKept) kept.shift()
    onLine(line)
  }
  return {
    add(chunk) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = (parts.pop() ?? '').slice(-lineLimitChars)
      for (const part of parts) take(part)
    },
    end() {
      if (rest !== '') take(rest)
      rest = ''
    },
    lines: () => kept,
  }
}

/** The failed build as an error for a person: the step, its exit code and its last lines. */
export function buildFailure(service: string, lines: readonly string[]): KyozoError {
  const cause = lines.join('\n')
  const reason = reasonOf(lines)
  if (/no space left on device/i.test(cause))
    return new KyozoError('disk_full', `could not build ${service}: no space left on the engine's disk`, {
      hint: 'free some space where the Docker engine keeps its data: `docker system df`',
      service,
      cause,
    })
  if (/cannot connect to the docker daemon|error during connect/i.test(reason))
    return new KyozoError('engine_unavailable', `could not build ${service}: the Docker engine does not answer`, { service, cause })
  if (/failed to resolve source metadata|failed to do request|pull access denied/i.test(reason)) return baseImageFailure(service, reason)
  if (engineTrouble.test(reason))
    return new KyozoError('engine_refused', `could not build ${service}: the engine had trouble of its own: ${reason}`, {
      hint: 'nothing is wrong with the commit; look at the log of the Docker engine',
      retryable: true,
      service,
      cause,
    })
  const { step, output } = failingStep(lines)
  const exit = /exit code: (\d+)/.exec(reason)?.[1]
  const where = step ? ` at ${step}` : ''
  const why = step && exit ? `${exit === '137' ? 'killed, out of memory' : `exit code ${exit}`}` : reason
  const tail = output.slice(-linesTold)
  return new KyozoError('build_failed', [`building ${service} failed${where}: ${why}`, ...tail].join('\n'), {
    hint: hintFor(exit),
    service,
    cause,
  })
}

/** What a step cannot cause: the engine was about to start it, or went away under it. What a step prints is in no reason. */
const engineTrouble =
  /failed to create endpoint|failed to set up container networking|failed to create shim|error creating overlay mount|code = Unavailable|transport is closing|frontend grpc server closed unexpectedly|unexpected EOF$/i

function hintFor(exit: string | undefined): string {
  if (exit === '137') return 'the step was killed, most likely for using too much memory'
  return 'the build log of the release has every line'
}

function baseImageFailure(service: string, reason: string): KyozoError {
  const isMissing = isFinalRefusal(reason)
  return new KyozoError('pull_failed', `could not build ${service}: its base image could not be fetched: ${reason}`, {
    hint: isMissing ? 'look at the FROM lines: the image does not exist, or the registry wants a login' : 'the registry did not answer',
    retryable: !isMissing,
    service,
  })
}

function reasonOf(lines: readonly string[]): string {
  const line = lines.findLast((candidate) => candidate.startsWith('ERROR: '))
  return (line ?? lines.findLast((candidate) => candidate.trim() !== '') ?? 'it said nothing')
    .replace(/^ERROR: /, '')
    .replace(/^(failed to build: )?(failed to solve: )?/, '')
    .replace(
      /^failed to compute cache key: failed to calculate checksum of ref \S+: "\/(.*)": not found$/,
      '$1 is not in the build context',
    )
}

/**
 * Buildx ends with the failing step's name after ` > ` and the last ten lines of its output. What the step itself printed is longer; its
 * lines are told from those of steps beside it by their number: `#6 ERROR: …` comes after `#6 0.123 text`.
 */
function failingStep(lines: readonly string[]): { readonly step: string | undefined; readonly output: readonly string[] } {
  const start = lines.findLastIndex((line) => /^ > \S/.test(line))
  if (start < 0) return { step: undefined, output: [] }
  const end = lines.findIndex((line, index) => index > start && line.startsWith('------'))
  const repeated = lines.slice(start + 1, end < 0 ? undefined : end).map((line) => line.replace(/^\d+\.\d+ /, ''))
  const number = /^#(\d+) ERROR: /.exec(lines.findLast((line) => /^#\d+ ERROR: /.test(line)) ?? '')?.[1]
  const printed = lines.filter((line) => line.startsWith(`#${number} `)).map((line) => /^#\d+ \d+\.\d+ (.*)$/.exec(line)?.[1])
  const output = printed.filter((line) => line !== undefined)
  return { step: lines[start]?.slice(3).replace(/:$/, ''), output: output.length > repeated.length ? output : repeated }
}

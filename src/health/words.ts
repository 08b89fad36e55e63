// A failure to become healthy in one sentence for a person, short enough for a commit status. Pure.
import type { HealthFailure, HealthSubject } from './outcome.ts'

/** A commit status has 140 characters, and what happens to the previous release is said after this. */
const detailLimitChars = 60

export function healthWords(subject: HealthSubject, failure: HealthFailure): string {
  const { name } = subject
  switch (failure.reason) {
    case 'exited':
      return subject.isOneShot ? `${name} failed${inBrackets(exitWords(failure))}` : exitedWords(name, failure)
    case 'unhealthy':
      return `${name} did not become healthy${inBrackets(failure.lastProbe ?? 'its own health check failed')}`
    case 'deadline':
      return subject.isOneShot
        ? `${name} did not end in ${seconds(subject.healthDeadlineMs)}`
        : `${name} did not become healthy in ${seconds(subject.healthDeadlineMs)}${inBrackets(failure.lastProbe)}`
    case 'gone':
      return `${name} was removed by somebody while it started`
  }
}

function exitedWords(name: string, failure: HealthFailure): string {
  const said = inBrackets(exitWords(failure))
  return failure.exitCode === 0
    ? `${name} ended by itself instead of running on${said}`
    : `${name} crashed ${seconds(failure.afterMs)} after its start${said}`
}

function exitWords({ exitCode, wasOutOfMemory }: HealthFailure): string | null {
  const words = [exitCode === null ? [] : `exit ${exitCode}`, wasOutOfMemory ? 'out of memory' : []].flat()
  return words.length > 0 ? words.join(', ') : null
}

function inBrackets(detail: string | null): string {
  if (detail === null) return ''
  return ` (${detail.length > detailLimitChars ? `${detail.slice(0, detailLimitChars - 1)}…` : detail})`
}

function seconds(ms: number): string {
  return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1_000)} s`
}

const tellingLimitChars = 60
const namesError = /error|exception|panic|fatal|cannot|refused|denied|not found|undefined/i
/** Frames of a stack, carets below a line, and the runtime naming itself say nothing by themselves. */
const saysNothing = /^at |^[\^~\s]+$|^Node\.js v|^#|^-+$|^\d+ \|/

/** The line of a container's last output that says most about why it failed: the last one that names an error, else the last one. */
export function tellingLine(output: readonly string[]): string | undefined {
  const lines = meaningful(output)
  return cut(lines.findLast((line) => namesError.test(line)) ?? lines.at(-1))
}

/** The line of a build's output that says most about why it failed. A compiler's first error is the one to mend; later ones follow from it. */
export function tellingBuildLine(output: readonly string[]): string | undefined {
  const lines = meaningful(output)
  return cut(lines.find((line) => namesError.test(line)) ?? lines.at(-1))
}

function meaningful(output: readonly string[]): string[] {
  return output.map((line) => line.trim()).filter((line) => line !== '' && !saysNothing.test(line))
}

function cut(line: string | undefined): string | undefined {
  return line === undefined || line.length <= tellingLimitChars ? line : `${line.slice(0, tellingLimitChars - 1)}…`
}

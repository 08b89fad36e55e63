// What a push prints of a release's log: every line of the release, and of the builds the commands that really run. Pure.
import type { StoredLine } from '../store/logs.ts'

export interface PushLines {
  /** The lines to print now that this one was logged. */
  take(line: Pick<StoredLine, 'stream' | 'service' | 'text'>): readonly string[]
  /** Steps that have said nothing so far: called when no line came for a while. */
  idle(): readonly string[]
}

/** `#12 [build 3/5] RUN npm ci`: a command of a build. Copies and base images are done before anybody has read their line. */
const commandStep = /^#(\d+) \[[^\]]+\] RUN (.*)$/
const stepLine = /^#(\d+) (.*)$/
/** One line of a terminal, less `remote: ` and the service's name. */
const commandLimitChars = 90

/** `showsBuilds` prints the builds' output as it is. A step from the cache is never shown: its line comes together with the word CACHED. */
export function createPushLines(showsBuilds: boolean): PushLines {
  const waiting = new Map<string, string>()
  const release = (key: string): string[] => {
    const text = waiting.get(key)
    waiting.delete(key)
    return text === undefined ? [] : [text]
  }
  return {
    take({ stream, service, text }) {
      if (stream === 'release') return [text]
      if (showsBuilds) return [`  ${service ?? ''} | ${text}`]
      const step = commandStep.exec(text)
      if (step !== null) {
        waiting.set(`${service} ${step[1]}`, `  ${service ?? ''} | ${shortCommand(step[2]!)}`)
        return []
      }
      const [, number, said] = stepLine.exec(text) ?? []
      const key = `${service} ${number}`
      if (said === 'CACHED') waiting.delete(key)
      return release(key)
    },
    idle: () => [...waiting.keys()].flatMap(release),
  }
}

/** Without the cache mounts, which say nothing to who waits. */
function shortCommand(command: string): string {
  const words = command.replace(/--(?:mount|network|security)=\S+ /g, '').replace(/\s+/g, ' ')
  return words.length > commandLimitChars ? `${words.slice(0, commandLimitChars - 1)}…` : words
}

// What happened to kyozo's containers, as the engine tells it: the only witness of who made a container, and of one that is gone again.
import { type ChildProcess, spawn } from 'node:child_process'

export interface EngineEvent {
  readonly action: string
  readonly container: string
  readonly labels: Readonly<Record<string, string>>
  readonly atMs: number
}

export interface EngineLog {
  readonly events: readonly EngineEvent[]
  close(): void
}

const againMs = 200

/** Follows the engine, also through its restarts. */
export function followEngine(dockerHost: string): EngineLog {
  const events: EngineEvent[] = []
  let isClosed = false
  let child: ChildProcess | undefined
  let since = Date.now() / 1000
  const follow = () => {
    let rest = ''
    const args = ['--host', dockerHost, 'events', '--since', since.toFixed(3), '--filter', 'type=container', '--format', '{{json .}}']
    child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const event = read(line)
        // What happened in the last moment before a restart may be told twice.
        if (event === undefined || event.atMs / 1000 <= since) continue
        since = event.atMs / 1000
        events.push(event)
      }
    })
    child.once('close', () => (isClosed ? undefined : setTimeout(() => (isClosed ? undefined : follow()), againMs)))
  }
  follow()
  return {
    events,
    close() {
      isClosed = true
      child?.kill('SIGKILL')
    },
  }
}

const followed = new Set(['create', 'start', 'die', 'stop', 'destroy'])

function read(line: string): EngineEvent | undefined {
  const told = JSON.parse(line) as { Action: string; Actor: { ID: string; Attributes: Record<string, string> }; timeNano: number }
  if (!followed.has(told.Action)) return undefined
  return { action: told.Action, container: told.Actor.ID, labels: told.Actor.Attributes, atMs: told.timeNano / 1e6 }
}

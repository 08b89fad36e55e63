// The list of probes: for each kind of health check, how to look once.
import type { HealthSpec } from '../../topology/topology.ts'
import { probeExec } from './exec.ts'
import { probeGrpc } from './grpc.ts'
import { probeHttp } from './http.ts'
import { inTime } from './in-time.ts'
import { inSeconds, type ProbeEngine, type ProbeResult, type ProbeTarget, probeLimitMs } from './probe.ts'
import { probeTcp } from './tcp.ts'

export interface Probe {
  /** The port inside the container that it looks at, when it looks at one. */
  readonly port?: number
  /** The time between two looks is never shorter. */
  readonly shortestPauseMs: number
  /** Nobody waits for it any more when the signal aborts. */
  look(target: ProbeTarget, signal?: AbortSignal): Promise<ProbeResult>
}

interface ProbeContext {
  readonly engine: ProbeEngine
  /** Where the service listens, when its health check does not say otherwise. */
  readonly port?: number
  /** How long one look may take where the check does not say so. Default is what is right while a service starts. */
  readonly limitMs?: number
}

/** Starting a program in a container takes longer than a connection does. */
const execLimitMs = 5 * probeLimitMs

/** Nothing when there is nothing that kyozo looks at itself: no check is wanted, the engine makes it, or the service listens nowhere. */
export function probeFor(spec: HealthSpec, { engine, port: servicePort, limitMs: usualMs }: ProbeContext): Probe | undefined {
  if (spec.kind === 'none' || spec.kind === 'docker') return undefined
  const limitMs = spec.timeoutMs ?? usualMs ?? (spec.kind === 'exec' ? execLimitMs : probeLimitMs)
  const words = `the look at it did not end in ${inSeconds(limitMs)}`
  if (spec.kind === 'exec') {
    const { command } = spec
    // A program is started for every look, by an engine that may take its time.
    const otherwise = { hasPassed: false, words, isUnknown: true } as const
    const ask = ({ container }: ProbeTarget) => probeExec(engine, { container, command, limitMs })
    return { shortestPauseMs: 250, look: (target, signal) => inTime(ask(target), { limitMs, otherwise, signal }) }
  }
  const port = spec.port ?? servicePort
  if (port === undefined) return undefined
  const ask = asking(spec, { port, limitMs })
  const otherwise = { hasPassed: false, words }
  return { port, shortestPauseMs: 50, look: (target, signal) => inTime(ask(target), { limitMs, otherwise, signal }) }
}

function asking(
  spec: Extract<HealthSpec, { kind: 'http' | 'tcp' | 'grpc' }>,
  { port, limitMs }: { readonly port: number; readonly limitMs: number },
): (target: ProbeTarget) => Promise<ProbeResult> {
  switch (spec.kind) {
    case 'http':
      return (target) => probeHttp(target, spec.path, limitMs)
    case 'tcp':
      return (target) => probeTcp(target, port, limitMs)
    case 'grpc': {
      const service = spec.service === undefined ? {} : { service: spec.service }
      return (target) => probeGrpc(target, { limitMs, ...service })
    }
  }
}

// The list of probes: for each kind of health check, how to look once.
import type { HealthSpec } from '../../topology/topology.ts'
import { probeExec } from './exec.ts'
import { probeHttp } from './http.ts'
import type { ProbeEngine, ProbeResult, ProbeTarget } from './probe.ts'
import { probeTcp } from './tcp.ts'

export interface Probe {
  /** The port inside the container that it looks at, when it looks at one. */
  readonly port?: number
  /** The time between two looks is never shorter. */
  readonly shortestPauseMs: number
  look(target: ProbeTarget): Promise<ProbeResult>
}

interface ProbeContext {
  readonly engine: ProbeEngine
  /** Where the service listens, when its health check does not say otherwise. */
  readonly port?: number
}

/** Nothing when there is nothing to look at: no health check is wanted, or the service listens nowhere. */
export function probeFor(spec: HealthSpec, { engine, port: servicePort }: ProbeContext): Probe | undefined {
  switch (spec.kind) {
    case 'http': {
      const port = spec.port ?? servicePort
      return port === undefined ? undefined : { port, shortestPauseMs: 50, look: (target) => probeHttp(target, spec.path) }
    }
    case 'tcp': {
      const port = spec.port ?? servicePort
      return port === undefined ? undefined : { port, shortestPauseMs: 50, look: (target) => probeTcp(target, port) }
    }
    case 'exec':
      // A program is started for every look.
      return { shortestPauseMs: 250, look: (target) => probeExec(engine, target.container, spec.command) }
    case 'none':
      return undefined
  }
}

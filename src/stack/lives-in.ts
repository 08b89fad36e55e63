// Services that live in the namespace of another. Such a one joins the container of its host when it starts, and stays in what it joined: it must
// come after its host, and again after each start of it.
import type { ComposeService, StackService, StackSpec } from './stack.ts'

/** Of several namespaces the first decides: all of them are of siblings. */
export function hostOf({ network_mode: network, pid, ipc }: ComposeService = {}): string | undefined {
  return [network, pid, ipc].map((mode) => /^service:(.+)$/.exec(String(mode ?? ''))?.[1]).find((host) => host !== undefined)
}

/** Whether siblings reach it by its own name. */
export function isOnNetwork({ network_mode: network }: ComposeService = {}): boolean {
  return network === undefined
}

export interface Needs {
  /** Those that must have proved themselves. */
  readonly proven: readonly string[]
  /** Its host, which need not have: what is asked of a host may be its guest's to answer. */
  readonly started: readonly string[]
}

/** What comes before it. Read from the document, so that stacks from before hosts were thought of know theirs. */
export function needsOf({ document }: Pick<StackSpec, 'document'>, { name, dependsOn }: StackService): Needs {
  const host = hostOf(document.services[name])
  const isStarted = host !== undefined && dependsOn.every(({ service, condition }) => service !== host || condition === 'started')
  const others = dependsOn.map(({ service }) => service).filter((service) => !isStarted || service !== host)
  return { proven: others, started: isStarted ? [host] : [] }
}

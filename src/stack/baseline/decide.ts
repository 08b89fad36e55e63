// Which services of a preview run in it, which the environment of its base branch serves, and which nobody in it needs. Pure: the same facts always give the
// same answer, with a reason that ends a sentence.

export interface ShareableService {
  readonly name: string
  /** Services that it reaches or waits for. */
  readonly uses: readonly string[]
  /** The service in whose namespace it lives. */
  readonly livesIn?: string
  /** `reachable`: nothing but a port leads to it, and it keeps nothing. Everything else cannot be served from elsewhere, and says why. */
  readonly shape: 'reachable' | 'several ports' | 'no port' | 'data' | 'job'
  /** What the base environment has of it. `unwell`: the same, and it does not serve at the moment. */
  readonly there: 'same' | 'other' | 'nothing' | 'unwell'
}

export interface Share {
  readonly kind: 'run' | 'shared' | 'left_out'
  readonly because: string
}

/**
 * A service runs when it is not what the base environment runs. So does everything that uses a running one, since what is served from elsewhere knows nothing
 * of the preview; and everything that a running one uses and that cannot be served from elsewhere: data is never shared.
 */
export function decideShares(services: readonly ShareableService[], environment: string): ReadonlyMap<string, Share> {
  const run = new Map<string, string>()
  for (const service of services) {
    const because = ownReason(service, environment)
    if (because !== undefined) run.set(service.name, because)
  }
  for (let before = -1; before !== run.size; ) {
    before = run.size
    for (const service of services) {
      const because = run.has(service.name) ? undefined : drawnIn(service, services, run)
      if (because !== undefined) run.set(service.name, because)
    }
  }
  return new Map(services.map((service) => [service.name, shareOf(service, run.get(service.name), environment)]))
}

/** Why it runs whatever the others do. */
function ownReason({ there, shape }: ShareableService, environment: string): string | undefined {
  if (there === 'nothing') return `${environment} has no such service`
  if (there === 'other') return `it is not what ${environment} runs`
  if (shape === 'several ports') return 'it has more than the one port that could be passed on'
  if (there === 'unwell' && shape === 'reachable') return `${environment} does not serve it at the moment`
  return undefined
}

/** Why it has to run because of one that does. */
function drawnIn(service: ShareableService, all: readonly ShareableService[], run: ReadonlyMap<string, string>): string | undefined {
  const { name, uses, livesIn, shape } = service
  const used = uses.find((other) => run.has(other))
  if (used !== undefined) return `it uses ${used}, which this preview runs`
  const mate =
    livesIn !== undefined && run.has(livesIn) ? livesIn : all.find((other) => other.livesIn === name && run.has(other.name))?.name
  if (mate !== undefined) return `it shares a namespace with ${mate}, which this preview runs`
  const user = all.find((other) => run.has(other.name) && other.uses.includes(name))?.name
  if (user === undefined || shape === 'reachable') return undefined
  return shape === 'data' ? `${user} uses it, and data is never shared` : `${user} uses it, and nothing could pass that on`
}

function shareOf({ shape }: ShareableService, run: string | undefined, environment: string): Share {
  if (run !== undefined) return { kind: 'run', because: run }
  if (shape === 'reachable') return { kind: 'shared', because: `it is what ${environment} runs` }
  return { kind: 'left_out', because: 'nothing in this preview uses it' }
}

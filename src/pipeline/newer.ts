// A release stops for a newer commit of its branch: its work would be for nothing. A delivery that came late names a commit that the branch has left,
// and is no reason to stop.
import { KyozoError } from '../errors.ts'
import type { Environment } from '../store/environments.ts'
import { newerRelease, type Release } from '../store/releases.ts'
import type { Kyozo } from './kyozo.ts'
import { askHost, type Fetching } from './tip.ts'

export interface Watched extends Pick<Fetching, 'workspace' | 'redactAlso'> {
  readonly release: Release
  readonly environment: Environment
}

const lookForNewerMs = 1_000
/** A host that does not say soon enough where the branch points: then the newer one is taken for what it seems to be. */
const askMs = 2_000

/** Aborts with `Superseded` when a newer release of the environment waits whose commit the branch has not left. */
export function watchForNewer(kyozo: Kyozo, watched: Watched, stop: AbortController) {
  const { release } = watched
  const late = new Set<string>()
  let isClosed = false
  let isLooking = false
  const look = async () => {
    const newer = await newerRelease(kyozo.db, release)
    if (newer === undefined || isClosed || late.has(newer.id)) return
    if (await cameLate(kyozo, { ...watched, newer }, stop.signal)) late.add(newer.id)
    else if (!isClosed) stop.abort(new Superseded(newer.sha))
  }
  const lookOnce = async () => {
    if (isLooking) return
    isLooking = true
    await look()
      .catch((error: unknown) => kyozo.log.warn({ error, release: release.id }, 'could not look for a newer release'))
      .finally(() => {
        isLooking = false
      })
  }
  const off = kyozo.notifications.on('queue', (environmentId) => {
    if (environmentId === release.environmentId) void lookOnce()
  })
  const timer = setInterval(() => void lookOnce(), lookForNewerMs)
  return {
    close() {
      isClosed = true
      off()
      clearInterval(timer)
    },
  }
}

/**
 * Whether the branch points at this release's commit although a delivery of another one came after it. The other one waits its turn and ends as
 * superseded then: should the host have answered with what was true a moment ago, nothing is lost.
 */
async function cameLate(kyozo: Kyozo, watched: Watched & { readonly newer: Release }, stop: AbortSignal): Promise<boolean> {
  const { workspace, release, environment, newer, redactAlso } = watched
  // Pushes to kyozo itself come in their order, and what a person asks for is meant.
  if (workspace.forge === 'git' || newer.sha === release.sha || Object.keys(newer.options).length > 0) return false
  const signal = AbortSignal.any([stop, AbortSignal.timeout(askMs)])
  try {
    const refs = [environment.ref]
    const tips = await askHost({ workspace, redactAlso, signal }, kyozo, (remote) =>
      kyozo.mirrors.remoteRefs(workspace.id, { ...remote, refs, signal, team: workspace.teamId }),
    )
    return tips.get(environment.ref) === release.sha
  } catch {
    return false
  }
}

/** A newer commit of the same environment waits; this one's work is for nothing. */
export class Superseded extends KyozoError {
  readonly bySha: string

  constructor(bySha: string) {
    super('superseded', `superseded by ${bySha.slice(0, 7)}`)
    this.bySha = bySha
  }
}

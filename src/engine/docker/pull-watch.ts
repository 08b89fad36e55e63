// Whether anything comes from a registry, and whether it is the registry that a pull waits for, as the engine tells of its layers (Docker Engine API,
// `POST /images/create`). Pure.

export interface PullWatch {
  /** Whether it tells of something that came. */
  take(event: PullEvent): boolean
  /** Whether nothing is done but waiting for the registry. */
  isWaiting(): boolean
}

/** One line of the answer. What is about no layer has the tag for an id, or none. */
export interface PullEvent {
  readonly id?: string
  readonly status?: string
  readonly progressDetail?: { readonly current?: number }
}

/** The engine's own work, for which no registry is to blame: it may take long with a large layer on a slow disk. */
const unpacking = /^(?:Verifying Checksum|Extracting)$/
/** `Waiting` is for a place among the engine's own downloads. */
const fetching = /^(?:Pulling fs layer|Downloading)$|^Retrying in /
const aboutLayer = /^(?:Waiting|Download complete|Already exists|Pull complete)$/

export function pullWatch(): PullWatch {
  const layers = new Map<string, string>()
  const told = new Map<string, string>()
  return {
    take({ id = '', status = '', progressDetail }) {
      if (unpacking.test(status) || fetching.test(status) || aboutLayer.test(status)) layers.set(id, status)
      const tells = `${status} ${progressDetail?.current ?? ''}`
      // An engine may repeat itself; and that it tries again tells that nothing came.
      if (told.get(id) === tells || status.startsWith('Retrying in ')) return false
      told.set(id, tells)
      return true
    },
    isWaiting() {
      const all = [...layers.values()]
      return all.length === 0 || (all.some((status) => fetching.test(status)) && !all.some((status) => unpacking.test(status)))
    },
  }
}

// Whether whoever approves a commit of a fork can have seen what it would get. A label names no commit, and neither a label nor a comment names the base
// branch, which decides what the commit may read: whoever opened the pull request can change both in the moment before. Pure.

/** What stood for less may not be what they were looking at. */
const lookedAtMs = 60_000

export interface Seen {
  readonly headSince: Date
  /** When it was pointed at another base branch; null when it never was. */
  readonly retargetedAt: Date | null
  readonly baseRef: string
}

export interface Looking {
  /** A `label` names neither commit nor base, a `comment` the commit; a `request` may name both. */
  readonly via: 'label' | 'comment' | 'request'
  /** When they asked, which may be long before it is looked at. */
  readonly askedAtMs: number
  /** The base branch that it had then, or that they named. Default is that nobody said. */
  readonly baseRef?: string | undefined
}

/** Why they cannot have seen it; undefined when they can. */
export function unseen({ headSince, retargetedAt, baseRef }: Seen, looking: Looking): string | undefined {
  const { via, askedAtMs } = looking
  if (looking.baseRef !== undefined && looking.baseRef !== baseRef)
    return 'it is to be merged into another branch by now, whose kyozo.yaml decides what it may read; look at its plan'
  const isNamed = via === 'request' && looking.baseRef !== undefined
  if (!isNamed && retargetedAt !== null && askedAtMs - retargetedAt.getTime() < lookedAtMs)
    return 'it was pointed at another base branch less than a minute before, and that one’s kyozo.yaml decides what it may read; look at its plan'
  if (via === 'label' && askedAtMs - headSince.getTime() < lookedAtMs)
    return 'its head was there for less than a minute, and a label names no commit; look at it'
  return undefined
}

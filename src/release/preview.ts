// Whether a preview of a pull request is to run. Pure: the same facts always give the same decision, in words for whoever reads the comment.

/** What kyozo.yaml of the branch that rules a preview says. A pull request's own says nothing of it: who may open one must not rule what runs. */
export interface PreviewPolicy {
  /** Whose kyozo.yaml it is. */
  readonly branch: string
  readonly isEnabled: boolean
  /** Whether it waits for a person to ask, since the workspace deploys nothing by itself. Default is no. */
  readonly waitsToBeAsked?: boolean
  /** For how long one stays that nobody touches. */
  readonly ttlMs: number
  /** Of a workspace, at once. */
  readonly max: number
  /** Whether drafts have one. */
  readonly ofDrafts: boolean
}

/** An approval is for one commit, and for as long as who gave it may still remember what it was. What runs by it does not stay for longer. */
export const approvalLifeMs = 24 * 3_600_000
/** Previews of forks that run at once: of one repository, and of all teams together. */
export const forksAtOnce = { ofRepository: 3, together: 10 } as const

/** Why nothing runs. `removes`: what runs of it goes. */
export interface Holding {
  readonly kind: 'hold'
  readonly held: 'off' | 'draft' | 'approval' | 'destroyed' | 'expired' | 'evicted' | 'full'
  readonly words: string
  readonly removes: boolean
}

export type PreviewDecision = { readonly kind: 'deploy' } | Holding | { readonly kind: 'remove'; readonly words: string }

export interface PreviewFacts {
  readonly number: number
  readonly state: 'open' | 'merged' | 'closed'
  readonly headSha: string
  readonly isFork: boolean
  readonly isDraft: boolean
  /** The commit that somebody who may write has approved lately. */
  readonly approvedSha: string | null
  /** What was decided before, and for which commit; null when a preview may run. */
  readonly before: { readonly held: string; readonly words: string; readonly sha: string | null } | null
  readonly policy: PreviewPolicy
  /** Whether a preview of it is there. */
  readonly hasPreview: boolean
  /** Other previews of the workspace, those of them that are of forks, and those that were used since this pull request was; and those of forks of all teams. */
  readonly others: { readonly all: number; readonly ofForks: number; readonly usedLater: number; readonly ofForksAnywhere: number }
  /** A person asked for it now. Default is no. */
  readonly isAsked?: boolean
  /** A person asked for it once, and nobody has removed it since. Default is no. */
  readonly wasAsked?: boolean
}

export function decidePreview(facts: PreviewFacts): PreviewDecision {
  const { number, state, policy, headSha } = facts
  if (state !== 'open') return { kind: 'remove', words: `pull request ${number} was ${state}` }
  if (!policy.isEnabled) return hold('off', `previews are off: kyozo.yaml of ${policy.branch} says so`, { removes: true })
  const isAsked = facts.isAsked === true || facts.wasAsked === true
  if (policy.waitsToBeAsked === true && !isAsked && !facts.hasPreview)
    return hold('off', 'automatic deploys are off for this workspace; /kyozo deploy makes one', { removes: false })
  if (facts.isDraft && !policy.ofDrafts && !isAsked)
    return hold('draft', `it is a draft, and kyozo.yaml of ${policy.branch} says that drafts have no preview`, { removes: true })
  const resting = restsAs(facts)
  if (resting !== undefined) return resting
  if (facts.isFork && facts.approvedSha !== headSha)
    return hold(
      'approval',
      `it comes from a fork, so nothing of ${headSha.slice(0, 7)} is built or run before somebody who may write approves that commit`,
      // What runs was approved.
      { removes: false },
    )
  return full(facts) ?? { kind: 'deploy' }
}

/** Taken away by a person it stays away until a person wants it; taken away by kyozo until the next commit. */
function restsAs({ before, isAsked, headSha }: PreviewFacts): Holding | undefined {
  if (before === null || isAsked === true) return undefined
  if (before.held === 'destroyed') return hold('destroyed', before.words, { removes: true })
  if ((before.held === 'expired' || before.held === 'evicted') && before.sha === headSha)
    return hold(before.held, before.words, { removes: true })
  return undefined
}

function full(facts: PreviewFacts): Holding | undefined {
  const { hasPreview, others, policy, isFork } = facts
  if (hasPreview) return surplus(facts)
  const most = 'this one is made when one of them goes'
  if (others.all >= policy.max)
    return hold('full', `${there(others.all, '')} already, and kyozo.yaml allows ${policy.max}; ${most}`, { removes: false })
  const { ofRepository, together } = forksAtOnce
  if (isFork && others.ofForks >= ofRepository)
    return hold('full', `${there(others.ofForks, ' of forks')} already, and of one repository ${ofRepository} are run at once; ${most}`, {
      removes: false,
    })
  if (isFork && others.ofForksAnywhere >= together)
    return hold('full', `this kyozo runs ${together} previews of forks at once, of all repositories together; ${most}`, { removes: false })
  return undefined
}

/** Fewer are allowed since: those that were used last stay. */
function surplus({ others, policy }: PreviewFacts): Holding | undefined {
  if (others.usedLater < policy.max) return undefined
  const words = `kyozo.yaml of ${policy.branch} allows ${policy.max} by now, and this one was used least recently; it is made again when one of them goes`
  return hold('full', `${there(others.usedLater, '')}, ${words}`, { removes: true })
}

function there(count: number, which: string): string {
  return count === 1 ? `1 preview${which} is there` : `${count} previews${which} are there`
}

function hold(held: Holding['held'], words: string, { removes }: { readonly removes: boolean }): Holding {
  return { kind: 'hold', held, words, removes }
}

/** For how long it stays untouched; a fork's for how long after its approval. */
export function lifeMs({ ttlMs }: Pick<PreviewPolicy, 'ttlMs'>, { isFork }: Pick<PreviewFacts, 'isFork'>): number {
  return isFork ? Math.min(ttlMs, approvalLifeMs) : ttlMs
}

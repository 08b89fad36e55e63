// Several open pull requests may have one commit as their head, and a host shows one status of a name beside a commit. One of them speaks for it. Pure.

export interface Speaking {
  readonly number: number
  readonly isFork: boolean
  readonly baseRef: string
}

/**
 * Of those that are open at one commit: one from inside, since a stranger may open one of any commit; then the one that leads to the default branch
 * (`refs/heads/<branch>`), then the oldest. Undefined when there is none.
 */
export function whoSpeaks<T extends Speaking>(open: readonly T[], defaultRef: string): T | undefined {
  const rank = ({ isFork, baseRef }: Speaking) => (isFork ? 2 : 0) + (baseRef === defaultRef ? 0 : 1)
  return open.toSorted((a, b) => rank(a) - rank(b) || a.number - b.number)[0]
}

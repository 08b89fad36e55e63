// A queue that gives the commit with the highest date first: a binary heap.

export interface CommitQueue {
  add(commit: string, date: number): void
  /** Undefined when it is empty. */
  take(): string | undefined
}

interface Item {
  readonly commit: string
  readonly date: number
}

export function createQueue(): CommitQueue {
  const items: Item[] = []
  const swap = (a: number, b: number) => {
    const item = items[a]!
    items[a] = items[b]!
    items[b] = item
  }
  const isBefore = (a: number, b: number) => items[a]!.date > items[b]!.date
  return {
    add(commit, date) {
      items.push({ commit, date })
      for (let at = items.length - 1; at > 0; ) {
        const parent = (at - 1) >>> 1
        if (!isBefore(at, parent)) return
        swap(at, parent)
        at = parent
      }
    },
    take() {
      if (items.length === 0) return undefined
      swap(0, items.length - 1)
      const { commit } = items.pop()!
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2]
        let next = at
        if (left < items.length && isBefore(left, next)) next = left
        if (right < items.length && isBefore(right, next)) next = right
        if (next === at) return commit
        swap(at, next)
        at = next
      }
    },
  }
}

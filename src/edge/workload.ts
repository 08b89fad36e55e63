// What is under way at which container, and the waiting for its end.

/** Something under way that can be ended. */
interface Endable {
  destroy(): unknown
}

export interface Workload {
  /** Counts something under way until the returned function is called. It is ended when a drain's deadline passes. */
  begin(container: string, work: Endable): () => void
  count(container: string): number
  /** Resolves when nothing of the containers is under way, at the deadline after ending what is left; returns how much that was. */
  drain(containers: readonly string[], deadlineMs: number): Promise<number>
}

export function createWorkload(): Workload {
  const underWay = new Map<string, Set<Endable>>()
  const waiting = new Set<() => void>()
  const left = (containers: readonly string[]) => containers.flatMap((container) => [...(underWay.get(container) ?? [])])
  return {
    begin(container, work) {
      const works = underWay.get(container) ?? new Set()
      underWay.set(container, works.add(work))
      return () => {
        works.delete(work)
        if (works.size > 0) return
        if (underWay.get(container) === works) underWay.delete(container)
        for (const check of waiting) check()
      }
    },
    count: (container) => underWay.get(container)?.size ?? 0,
    drain(containers, deadlineMs) {
      return new Promise((resolve) => {
        const end = (cut: readonly Endable[]) => {
          clearTimeout(timer)
          waiting.delete(check)
          resolve(cut.length)
          for (const work of cut) work.destroy()
        }
        const check = () => {
          if (left(containers).length === 0) end([])
        }
        const timer = setTimeout(() => end(left(containers)), deadlineMs)
        waiting.add(check)
        check()
      })
    },
  }
}

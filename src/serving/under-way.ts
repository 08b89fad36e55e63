/** Works that are under way, for whoever has to wait for their end. */
export interface UnderWay {
  /** Runs the work, and knows of it until it has ended. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing is under way, or at the deadline with false. */
  ended(deadlineMs: number): Promise<boolean>
}

export function underWay(): UnderWay {
  const works = new Set<Promise<unknown>>()
  return {
    async run(work) {
      const running = work()
      works.add(running)
      try {
        return await running
      } finally {
        works.delete(running)
      }
    },
    async ended(deadlineMs) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), deadlineMs)
      })
      try {
        while (works.size > 0) if ((await Promise.race([Promise.allSettled(works), late])) === 'late') return false
        return true
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/**
 * One work a key at a time. Whoever asks meanwhile does not wait but makes it run once more: a waiting job would hold a worker that other
 * environments need.
 */
export function oneAtATime(): (key: string, work: () => Promise<void>) => Promise<void> {
  const asked = new Map<string, boolean>()
  return async (key, work) => {
    if (asked.has(key)) {
      asked.set(key, true)
      return
    }
    try {
      do {
        asked.set(key, false)
        await work()
      } while (asked.get(key))
    } finally {
      asked.delete(key)
    }
  }
}

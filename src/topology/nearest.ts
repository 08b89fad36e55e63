// The word that somebody probably meant.

/** The nearest of the known words, when it is near enough to be the one: a letter or two, another case, or the only one that begins so. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const lower = word.slice(0, longestWord).toLowerCase()
  const near = known
    .map((right) => ({ right, apart: distance(lower, right.toLowerCase()) }))
    .filter(({ right, apart }) => apart <= (right.length >= 6 ? 2 : right.length >= 3 ? 1 : 0))
    .sort((a, b) => a.apart - b.apart)
  const begun = lower.length < 2 ? [] : known.filter((right) => right.toLowerCase().startsWith(lower))
  return near[0]?.right ?? (begun.length === 1 ? begun[0] : undefined)
}

const longestWord = 100

/** How many letters are wrong, missing, added or exchanged with their neighbour (optimal string alignment). */
export function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

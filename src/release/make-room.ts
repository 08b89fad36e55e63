// Which previews give way to another one, so that all of them together stay within what the operator gives them. Pure.

export interface RunningPreview {
  readonly id: string
  readonly memoryBytes: number
  /** When somebody pushed to it, spoke of it or looked at it last: epoch milliseconds. */
  readonly lastUsedMs: number
}

export interface Room {
  /** All of them, the one that wants to start left out. */
  readonly others: readonly RunningPreview[]
  readonly wantedBytes: number
  readonly budgetBytes: number
}

/** The least recently used first, and no more than needed. Undefined when it does not fit even alone. */
export function whoGivesWay({ others, wantedBytes, budgetBytes }: Room): readonly RunningPreview[] | undefined {
  if (wantedBytes > budgetBytes) return undefined
  let used = others.reduce((sum, { memoryBytes }) => sum + memoryBytes, wantedBytes)
  const leaving: RunningPreview[] = []
  for (const preview of [...others].sort((a, b) => a.lastUsedMs - b.lastUsedMs || (a.id < b.id ? -1 : 1))) {
    if (used <= budgetBytes) break
    used -= preview.memoryBytes
    leaving.push(preview)
  }
  return leaving
}

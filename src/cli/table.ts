/** Columns side by side, each as wide as its widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[], { indent = 0 }: { readonly indent?: number } = {}): string {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, at) => Math.max(widest[at] ?? 0, cell.length)), [])
  const line = (row: readonly string[]) =>
    `${' '.repeat(indent)}${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]!))).join('  ')}`.trimEnd()
  return rows.map((row) => `${line(row)}\n`).join('')
}

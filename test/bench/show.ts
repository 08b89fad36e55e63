// Numbers and tables as people read them; the table is Markdown, so that it can go into docs/benchmarks.md as it is. Pure.
import type { Row } from './benchmark.ts'

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(0)} MiB`
}

const head = ['Measured', 'kyozo', 'Compared with', '', 'Ratio', 'Aim']

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.kyozo,
    row.against,
    row.other,
    row.ratio === undefined ? '' : row.ratio.toFixed(2),
    row.aim ?? '',
  ])
  const widths = head.map((title, column) => Math.max(3, title.length, ...cells.map((line) => line[column]!.length)))
  const line = (parts: readonly string[]) => `| ${parts.map((part, column) => part.padEnd(widths[column]!)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}

// The list of what `kyozo analyze --format` may be.
import type { Topology } from '../topology.ts'
import { printDot, printMermaid } from './graph.ts'
import { printTable, type TableOptions } from './table.ts'
import { printTree } from './tree.ts'

export const formats = {
  table: printTable,
  tree: printTree,
  mermaid: printMermaid,
  dot: printDot,
} as const satisfies Record<string, (topology: Topology, options: TableOptions) => string>

export type Format = keyof typeof formats

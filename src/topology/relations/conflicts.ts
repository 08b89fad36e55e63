// Services that cannot run side by side as their compose file stands: they take the same port of the machine.
import type { PublishedPort } from '../compose/facts/facts.ts'
import type { Draft } from '../services.ts'
import type { OpenLink } from './links.ts'
import type { Directory } from './names.ts'
import type { Workload } from './workloads/workload.ts'

/** Both ends say so: neither is the one that has to give way. Files of their own are stacks of their own, which nobody starts together. */
export function conflictLinks(draft: Draft, own: readonly Workload[], others: Others): OpenLink[] {
  return own.flatMap((workload) =>
    (workload.published ?? []).flatMap((port) =>
      (others.byFile.get(workload.file) ?? []).flatMap((other): OpenLink[] => {
        const rival = other === workload ? undefined : other.published?.find((taken) => isSame(port, taken))
        const target = rival === undefined ? undefined : others.directory.find(other.name, workload.file)
        if (rival === undefined || target?.name === undefined || target.name === draft.name) return []
        const evidence = [port.evidence, rival.evidence]
        return [{ from: draft.name, target, kind: 'conflicts', isDeclared: false, connections: [], evidence }]
      }),
    ),
  )
}

export interface Others {
  /** Workloads that publish ports. */
  readonly byFile: ReadonlyMap<string, readonly Workload[]>
  readonly directory: Directory
}

export function publishersByFile(workloads: readonly Workload[]): Others['byFile'] {
  return Map.groupBy(
    workloads.filter(({ published = [] }) => published.length > 0),
    ({ file }) => file,
  )
}

/** A range gives each container a port of its own, so only what one port alone asks for is taken twice. */
function isSame(a: PublishedPort, b: PublishedPort): boolean {
  if (a.first !== a.last || b.first !== b.last) return false
  return a.first === b.first && a.protocol === b.protocol && (a.address === undefined || b.address === undefined || a.address === b.address)
}

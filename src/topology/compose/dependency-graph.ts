// Circles among services: everything by which one needs another counts, not only `depends_on`.
import type { ServiceDraft } from './draft.ts'
import type { LoadedService } from './loader.ts'

/** By the first service of each circle in the order of the file, the names around it, the first one again at the end. */
export function findCircles(services: ReadonlyMap<string, LoadedService>): ReadonlyMap<string, readonly string[]> {
  const circles = new Map<string, readonly string[]>()
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name)
    if (start >= 0 && path.length - start > 1) circles.set(path[start]!, [...path.slice(start), name])
    if (start >= 0 || done.has(name)) return
    const service = services.get(name)
    for (const needed of service === undefined ? [] : neededBy(service.draft)) visit(needed, [...path, name])
    done.add(name)
  }
  for (const name of services.keys()) visit(name, [])
  return circles
}

function neededBy({ dependsOn = {}, links = [], volumesFrom = [], networkMode, pidService, ipcService }: ServiceDraft): string[] {
  const namespaces = [networkMode?.kind === 'service' ? networkMode.service : undefined, pidService, ipcService]
  return [
    ...Object.keys(dependsOn),
    ...links.map(({ service }) => service),
    ...volumesFrom.map(({ service }) => service),
    ...namespaces.filter((name) => name !== undefined),
  ]
}

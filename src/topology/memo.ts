// Answers about a repository are computed once, however many detectors ask, and again only when what they rest on has changed.
import type { Repository } from './repository.ts'

/** `compute` may look at nothing but its key and the repository. What it gives is shared: nobody may change it. */
export function perRepository<T>(compute: (key: string, repository: Repository) => T): (key: string, repository: Repository) => T {
  return (key, repository) => repository.recall(compute, key)
}

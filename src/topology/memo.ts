// Answers about a repository are computed once in an analysis, however many detectors ask.
import type { Repository } from './repository.ts'

export function perRepository<T>(compute: (key: string, repository: Repository) => T): (key: string, repository: Repository) => T {
  const answers = new WeakMap<Repository, Map<string, T>>()
  return (key, repository) => {
    const known = answers.get(repository) ?? new Map<string, T>()
    answers.set(repository, known)
    if (!known.has(key)) known.set(key, compute(key, repository))
    return known.get(key) as T
  }
}

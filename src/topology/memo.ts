// Answers about a repository are computed once, however many detectors ask, and again only when what they rest on has changed.
import type { Folder, Repository } from './repository.ts'

/** `compute` may look at nothing but its key and the repository. What it gives is shared: nobody may change it. */
export function perRepository<T>(compute: (key: string, repository: Repository) => T): (key: string, repository: Repository) => T {
  return (key, repository) => repository.recall(compute, key)
}

/** For answers that rest on a folder's listing alone: the next commit has the same folder where its listing is the same. */
export function perFolder<T>(compute: (folder: Folder) => T): (folder: Folder) => T {
  const answers = new WeakMap<Folder, { readonly answer: T }>()
  return (folder) => {
    const known = answers.get(folder) ?? { answer: compute(folder) }
    answers.set(folder, known)
    return known.answer
  }
}

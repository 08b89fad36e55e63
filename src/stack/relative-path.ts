// Paths of a commit, one as seen from another.

/** How to get from a folder to a path, both relative to the repository's root: `services/api`, `Dockerfile` → `../../Dockerfile`. */
export function pathBetween(folder: string, path: string): string {
  const from = folder === '.' ? [] : folder.split('/')
  const to = path.split('/')
  let shared = 0
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared += 1
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/')
}

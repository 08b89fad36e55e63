// What a folder's workspace would be called, so that every command gives a service at the root the name that the server gives it.
import path from 'node:path'

export function nameOfFolder(dir: string): string {
  const name = labelOf(path.basename(path.resolve(dir)))
  return name === '' ? 'app' : name
}

/** Names of folders that say where a repository is kept, not what it is. */
const keptIn = new Set(['repo', 'repository', 'git', 'bare', 'mirror', 'clone', 'checkout', 'snapshot', 'src', 'source', 'code', 'workspace', 'tmp', '']) // biome-ignore format: a list

/** How a service at the root is called: by the folder, or, where that says nothing, by its manifest and only then by the folder around. */
export function rootNames(dir: string): { readonly rootName: string } | { readonly fallbackName: string } {
  const parts = path.resolve(dir).split(path.sep)
  const own = labelOf(parts.at(-1) ?? '')
  if (!keptIn.has(own)) return { rootName: own }
  const around = parts.slice(0, -1).findLast((part) => !keptIn.has(labelOf(part)))
  return { fallbackName: labelOf(around ?? '') || 'app' }
}

function labelOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.git$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
}

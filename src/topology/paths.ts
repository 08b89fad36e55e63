// Paths inside a commit: `/`-separated, relative to the root, which is ".". Nothing here knows a disk.

export function joinPath(folder: string, name: string): string {
  return folder === '.' ? name : `${folder}/${name}`
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : path.slice(0, slash)
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function isYaml(path: string): boolean {
  return path.endsWith('.yaml') || path.endsWith('.yml')
}

export function isWithin(path: string, folder: string): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`)
}

/** Where a relative reference written in `folder` points, or undefined when it leaves the repository. */
export function resolvePath(folder: string, reference: string): string | undefined {
  const parts = folder === '.' ? [] : folder.split('/')
  for (const part of reference.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.length === 0 ? '.' : parts.join('/')
}

/** A path inside a folder as it is written from there. */
export function relativeTo(folder: string, path: string): string {
  return folder === '.' ? path : path === folder ? '.' : path.slice(folder.length + 1)
}

/** The deepest folder that holds all of these. */
export function commonFolder(paths: readonly string[]): string {
  let common = paths[0] ?? '.'
  for (const path of paths) while (!isWithin(path, common)) common = parentOf(common)
  return common
}

/** A path as somebody wrote it, without `./` and slashes at its end. */
export function cleanPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length === 0 ? '.' : parts.join('/')
}

/** The folders above, nearest first, the root last. */
export function ancestorsOf(path: string): string[] {
  const ancestors: string[] = []
  for (let folder = path; folder !== '.'; ) {
    folder = parentOf(folder)
    ancestors.push(folder)
  }
  return ancestors
}

/** A name from a repository as it may be shown: no control character, no change of writing direction, no endless length. */
export function printable(name: string): string {
  const safe = name.replace(/[\p{C}\u2028\u2029]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)
  return safe.length > 120 ? `${safe.slice(0, 117)}...` : safe
}

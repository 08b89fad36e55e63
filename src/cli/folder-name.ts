// What a folder's workspace would be called, so that every command gives a service at the root the name that the server gives it.
import path from 'node:path'

export function nameOfFolder(dir: string): string {
  const name = path
    .basename(path.resolve(dir))
    .toLowerCase()
    .replace(/\.git$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  return name === '' ? 'app' : name
}

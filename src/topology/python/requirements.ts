// Lists of requirements in pip's own format, whatever their files are called, with what they include.
import { joinPath, parentOf, resolvePath } from '../paths.ts'
import { lineAt } from '../reading/lines.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'

/** A requirement as it is written, with its place. */
export interface Requirement {
  readonly text: string
  readonly evidence: Evidence
}

/** Files that list what runs in production, the most usual first. Lists for development and tests are named otherwise. */
export const requirementFiles: readonly string[] = [
  'requirements.txt', 'requirements.in', 'requirements.lock', 'requirements-prod.txt', 'requirements_prod.txt', 'requirements-production.txt', 'requirements.prod.txt',
  'requirements/production.txt', 'requirements/prod.txt', 'requirements/requirements.txt', 'requirements/base.txt', 'requirements/common.txt', 'requirements/main.txt', 'requirements/base.in',
] // biome-ignore format: a list

/** Files that one list may pull in; a chain of more is a loop or an attack. */
const includesLimit = 16

/** Lines of one list that are read. */
const linesLimit = 5000

export function listedRequirements(folder: Folder, repository: Repository): Requirement[] {
  return readRequirementFiles(
    requirementFiles.map((name) => joinPath(folder.path, name)),
    repository,
  )
}

/** The requirements of these files and of those that they include by `-r`. Constraints only choose versions and are not followed. */
export function readRequirementFiles(paths: readonly string[], repository: Repository): Requirement[] {
  const queue = paths.filter((path) => repository.tree.entries.has(path))
  const found: Requirement[] = []
  for (let at = 0; at < queue.length && at < includesLimit + paths.length; at++) {
    const path = queue[at] as string
    for (const requirement of readList(path, repository)) {
      const included = /^(?:-r|--requirement)[\s=]{1,4}(\S{1,200})/.exec(requirement.text)?.[1]
      const target = included === undefined ? undefined : resolvePath(parentOf(path), included)
      if (included === undefined) found.push(requirement)
      else if (target !== undefined && !queue.includes(target) && repository.tree.entries.has(target)) queue.push(target)
    }
  }
  return found
}

function readList(path: string, repository: Repository): Requirement[] {
  const lines = (repository.read.text(path) ?? '').split('\n').slice(0, linesLimit)
  return lines.flatMap((line, index) => {
    const text = line.replace(/\s#.*$/, '').trim()
    return text === '' || text.startsWith('#') ? [] : [{ text, evidence: { path, line: index + 1, fact: 'requirements' } }]
  })
}

/** The normalized name (PEP 503) of a requirement such as `uvicorn[standard]>=0.30; python_version > "3"`, or undefined for an option or a path. */
export function requirementName(text: string): string | undefined {
  const name =
    /^(?:[\w-]{1,40}::)?([A-Za-z0-9][A-Za-z0-9._-]{0,100})(?=$|[\s[<>=!~;@(,])/.exec(text)?.[1] ??
    /#(?:.{0,100}&)?egg=([A-Za-z0-9][A-Za-z0-9._-]{0,100})/.exec(text)?.[1]
  return name?.toLowerCase().replace(/[._-]{1,100}/g, '-')
}

/** What else of a package is installed: `redis` and `asyncio` of `celery[redis,asyncio]>=5`. */
export function extrasOf(text: string): string[] {
  const extras = /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}\s{0,4}\[([\w.,\s-]{1,200})\]/.exec(text)?.[1] ?? ''
  return extras.split(',').flatMap((extra) =>
    extra.trim() === ''
      ? []
      : [
          extra
            .trim()
            .toLowerCase()
            .replace(/[._-]{1,100}/g, '-'),
        ],
  )
}

/** The strings of a list in source, such as setup.py's `install_requires=[…]`. */
export function stringsInList(text: string, start: RegExp): { readonly text: string; readonly line: number }[] {
  const found = start.exec(text)
  if (found === null) return []
  const from = found.index + found[0].length
  const end = closingBracket(text, from)
  return [...text.slice(from, end).matchAll(/(["'])([^"'\n]{1,200})\1/g)]
    .slice(0, 200)
    .map((match) => ({ text: match[2] ?? '', line: lineAt(text, from + match.index) }))
}

/** Where the list ends: extras such as `uvicorn[standard]` have brackets of their own. */
function closingBracket(text: string, from: number): number {
  const limit = Math.min(text.length, from + 16_384)
  for (let at = from, depth = 1; at < limit; at++) {
    if (text[at] === '[') depth++
    else if (text[at] === ']' && --depth === 0) return at
  }
  return limit
}

// Packages below a package: a program in one of them is its own, whatever the package around it starts.
import { ruleForFolder } from '../folder-names.ts'
import { ancestorsOf, isWithin, joinPath, parentOf, resolvePath } from '../paths.ts'
import type { Repository } from '../repository.ts'
import { type PackageJson, readPackageJson } from './package-json.ts'

/** The package below a folder that a path lies in: the nearest around the path. A package.json that only says how files are read makes none. */
export function innerPackage(path: string, folder: string, repository: Repository): string | undefined {
  return [path, ...ancestorsOf(path)].find((place) => place !== folder && isWithin(place, folder) && isPackage(place, repository))
}

/** Whether a file of a folder lies among its examples or tests: what starts it shows or tries what the folder is. */
export function isAside(path: string, folder: string): boolean {
  const around = ancestorsOf(path).filter((place) => place !== folder && isWithin(place, folder))
  return around.some((place) => asideRoles.has(ruleForFolder(place)?.role))
}

const asideRoles: ReadonlySet<string | undefined> = new Set(['example', 'tests', 'fixture'])

/** Whether a folder's package.json installs or runs something. */
export function isPackage(folder: string, repository: Repository): boolean {
  if (!repository.tree.entries.has(joinPath(folder, 'package.json'))) return false
  const manifest = readPackageJson(folder, repository)
  return manifest !== undefined && [manifest.scripts, manifest.dependencies, manifest.devDependencies].some(({ size }) => size > 0)
}

/** The package below that a script starts: by the folder that it changes to or names, or by the file that it runs. */
export function startedPackage(script: string, { file }: PackageJson, repository: Repository): string | undefined {
  const root = parentOf(file.path)
  const commands = script.slice(0, scriptLimit).split(/&&|\|\||[&;|()]/)
  let home = root
  let last: string | undefined
  for (const command of commands) {
    const words = command.trim().split(/\s{1,20}/)
    if (words[0] === 'cd') home = resolvePath(home, unquoted(words[1])) ?? home
    else if (words[0] !== '')
      last = [...membersIn(words, root, repository), ...placesIn(words, home)].find(
        (place) => innerPackage(place, root, repository) !== undefined,
      )
  }
  return last === undefined ? undefined : innerPackage(last, root, repository)
}

/** The members of a workspace that a command is run in, by their names; by their places they are found as files are. */
function membersIn(words: readonly string[], root: string, repository: Repository): string[] {
  const names = words.flatMap((word, at) => {
    const [option = '', value] = word.split('=', 2)
    return memberOptions.has(option) ? [unquoted(value ?? words[at + 1])] : []
  })
  if (names.length === 0) return []
  const members = repository.foldersWith('package.json').filter(({ path }) => path !== root && isWithin(path, root))
  const named = members.filter(({ path }) => names.includes(readPackageJson(path, repository)?.name ?? ''))
  return [...named.map(({ path }) => path), ...names.flatMap((name) => resolvePath(root, name) ?? [])]
}

const memberOptions = new Set(['-w', '--workspace', 'workspace', '--filter', '-F', '--scope'])

/** Whether all files that a script runs lie among examples or tests. */
export function startsAside(script: string, { file }: PackageJson): boolean {
  const root = parentOf(file.path)
  const run = filesIn(script.slice(0, scriptLimit).split(/[\s;&|()]{1,20}/)).flatMap((name) => resolvePath(root, unquoted(name)) ?? [])
  return run.length > 0 && run.every((path) => isAside(path, root))
}

/** Characters of a script that are looked at. */
const scriptLimit = 1_000

/** Where a command works: the folder that it is told to, the files that it names, and where it is run. */
function placesIn(words: readonly string[], home: string): string[] {
  const told = words.flatMap((word, at) => {
    const [option = '', value] = word.split('=', 2)
    return folderOptions.has(option) ? [value ?? words[at + 1] ?? ''] : []
  })
  return [...[...told, ...filesIn(words)].flatMap((name) => resolvePath(home, unquoted(name)) ?? []), home]
}

/** The files that a command names, and the folder or the file without its ending that Node is given. */
function filesIn(words: readonly string[]): string[] {
  const isNode = /^(?:node|nodemon|tsx|ts-node|ts-node-dev|tsnd|bun)$/.test(words[0] ?? '')
  return words.filter((word, at) => /\.[mc]?[jt]sx?$/.test(word) || (isNode && at > 0 && at === words.length - 1 && !word.startsWith('-')))
}

const folderOptions = new Set(['--prefix', '--cwd', '--dir', '-C'])

function unquoted(word = '.'): string {
  return (
    word
      .replace(/^["']|["']$/g, '')
      .replace(/^\.\//, '')
      .replace(/\/$/, '') || '.'
  )
}

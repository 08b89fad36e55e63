// The version of a package as the lockfile nearest to its manifest has it: what is installed, where a manifest only says what may be.
import { ancestorsOf, joinPath, relativeTo } from './paths.ts'
import { lineAt } from './reading/lines.ts'
import { quoted, type Said, said } from './reasons.ts'
import type { Repository } from './repository.ts'

interface Wanted {
  /** The package's name, ready for a pattern. */
  readonly name: string
  /** The folder of the manifest, as seen from the lockfile. */
  readonly from: string
  /** What the manifest writes behind the name. */
  readonly range: string | undefined
}

interface Lockfile {
  readonly name: string
  /** Where it writes the version, the first that is there; the group `version` is the version. */
  readonly writes: (wanted: Wanted) => readonly string[]
}

const version = '(?<version>\\d{1,5}(?:\\.[0-9A-Za-z+-]{1,40}){0,4})'
const npmPlaces = ({ name, from }: Wanted) => [
  ...(from === '\\.' ? [] : [`"${from}/node_modules/${name}": \\{\\s{0,40}"version": "${version}"`]),
  `"node_modules/${name}": \\{\\s{0,40}"version": "${version}"`,
  `^ {4}"${name}": \\{\\s{0,40}"version": "${version}"`,
]

/** By the manifest that they lock. */
const lockfiles: Readonly<Record<string, readonly Lockfile[]>> = {
  'package.json': [
    {
      name: 'pnpm-lock.yaml',
      writes: ({ name, from }) => [
        `^ {2}${from}:\\n(?:(?: {4}[^\\n]{0,400})?\\n){0,2000}? {6}'?${name}'?:(?:\\n {8}specifier: [^\\n]{1,200}\\n {8}version:)? '?${version}`,
        `^ {2}'?${name}'?:(?:\\n {4}specifier: [^\\n]{1,200}\\n {4}version:)? '?${version}`,
      ],
    },
    {
      name: 'yarn.lock',
      writes: ({ name, range }) => {
        const entry = (wanted: string) => `^(?:[^\\s#][^\\n]{0,2000}[ "])?"?${name}@(?:npm:)?${wanted}:\\n {2}version:? "?${version}`
        return [...(range === undefined ? [] : [entry(`${range}(?:"|, [^\\n]{0,2000})?`)]), entry('[^\\n]{1,2000}')]
      },
    },
    { name: 'bun.lock', writes: ({ name }) => [`^ {4}"${name}": \\["${name}@${version}"`] },
    { name: 'package-lock.json', writes: npmPlaces },
    { name: 'npm-shrinkwrap.json', writes: npmPlaces },
  ],
  'composer.json': [{ name: 'composer.lock', writes: ({ name }) => [`"name": "${name}",\\s{0,40}"version": "v?${version}"`] }],
}

export interface LockedPackage {
  readonly name: string
  /** The manifest's path. */
  readonly manifest: string
  readonly range?: string | undefined
}

/** Undefined where no lockfile is, or where it is too large to be read. */
export function versionInLockfile({ name, manifest, range }: LockedPackage, { folders, read }: Repository): Said<string> | undefined {
  const [, folder = '.', file = ''] = /^(?:(.{1,1000})\/)?([^/]{1,200})$/.exec(manifest) ?? []
  const known = lockfiles[file]
  if (known === undefined || !/^[@\w./-]{1,120}$/.test(name)) return undefined
  for (const place of [folder, ...(folder === '.' ? [] : ancestorsOf(folder))]) {
    const lockfile = known.find((one) => folders.get(place)?.files.has(one.name))
    if (lockfile === undefined) continue
    const path = joinPath(place, lockfile.name)
    const text = read.text(path) ?? ''
    const wanted = {
      name: literal(name),
      from: literal(place === folder ? '.' : relativeTo(place, folder)),
      range: range === undefined ? undefined : literal(range),
    }
    for (const pattern of lockfile.writes(wanted)) {
      const found = new RegExp(pattern, 'm').exec(text)
      const value = found?.groups?.version
      if (found !== null && value !== undefined)
        return said(value, quoted(path, lineAt(text, found.index + found[0].length - 1), { text: read.text }))
    }
    return undefined
  }
  return undefined
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

// package.json as a typed value.

import { perRepository } from '../memo.ts'
import { ancestorsOf, baseName, joinPath } from '../paths.ts'
import { guessBinding } from '../precedence.ts'
import { field, isData, stringAt, stringsIn } from '../reading/data.ts'
import { lineOf } from '../reading/lines.ts'
import type { JsonFile } from '../reading/reader.ts'
import { quoted, type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { normalizeVersion } from '../versions.ts'

export interface PackageJson {
  readonly file: JsonFile
  readonly name: string | undefined
  readonly scripts: ReadonlyMap<string, string>
  /** What production installs; a name in both lists counts here. */
  readonly dependencies: ReadonlyMap<string, string>
  readonly devDependencies: ReadonlyMap<string, string>
  readonly workspaces: readonly string[]
  /** Evidence at a key such as `scripts/start`; the file alone when the key's line is unknown. */
  readonly at: (key: string, fact: string) => Evidence
}

export const readPackageJson = perRepository((folder: string, repository: Repository): PackageJson | undefined => {
  const file = repository.read.json(joinPath(folder, 'package.json'))
  if (file === undefined) return undefined
  const { data, path } = file
  const workspaces = field(data, 'workspaces')
  return {
    file,
    name: stringAt(data, 'name'),
    scripts: stringMap(field(data, 'scripts')),
    dependencies: new Map([...stringMap(field(data, 'optionalDependencies')), ...stringMap(field(data, 'dependencies'))]),
    devDependencies: stringMap(field(data, 'devDependencies')),
    workspaces: stringsIn(isData(workspaces) ? workspaces.packages : workspaces),
    at: (key, fact) => {
      const line = file.line(key)
      return line === undefined ? { path, fact } : { path, line, fact }
    },
  }
})

function stringMap(value: unknown): ReadonlyMap<string, string> {
  if (!isData(value)) return new Map()
  return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

const lockfiles: Readonly<Record<string, string>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
}
export const nodeLockfiles: readonly string[] = Object.keys(lockfiles)

/** The lockfile of a folder: its own, or that of the nearest folder above that has one. */
export function findLockfile(folder: string, repository: Repository): string | undefined {
  for (const path of [folder, ...ancestorsOf(folder)]) {
    const name = nodeLockfiles.find((lockfile) => repository.folders.get(path)?.files.has(lockfile))
    if (name !== undefined) return joinPath(path, name)
  }
  return undefined
}

export function findPackageManager(manifest: PackageJson, folder: Folder, repository: Repository): Said<string> {
  const declared = /^(npm|pnpm|yarn|bun)@/.exec(stringAt(manifest.file.data, 'packageManager') ?? '')?.[1]
  const lockfile = findLockfile(folder.path, repository)
  const name = baseName(lockfile ?? '')
  const usually: Said<string> = {
    value: 'npm',
    evidence: { path: manifest.file.path, fact: 'neither packageManager nor a lockfile names another', weight: guessBinding.usual },
  }
  return (
    said(declared, manifest.at('packageManager', stringAt(manifest.file.data, 'packageManager')?.slice(0, 40) ?? '')) ??
    said(lockfiles[name], lockfile === undefined ? undefined : { path: lockfile, fact: name }) ??
    usually
  )
}

/** Where a version of Node or Bun is written, most binding first. */
export function findNodeVersion(
  manifest: PackageJson,
  folder: Folder,
  repository: Repository,
  runtime: keyof typeof versionFiles = 'node',
): Said<string> | undefined {
  const { data } = manifest.file
  for (const path of [folder.path, ...ancestorsOf(folder.path)]) {
    for (const name of versionFiles[runtime]) {
      const file = joinPath(path, name)
      const text = repository.folders.get(path)?.files.has(name) ? repository.read.text(file) : undefined
      const written = name === '.tool-versions' ? toolVersion(text, runtime) : text
      const version = normalizeVersion(written)
      if (version !== undefined && text !== undefined)
        return said(version, quoted(file, lineOf(text, written?.trim() ?? '') ?? 1, repository.read))
    }
  }
  const manager = runtime === 'bun' ? /^bun@([\d.]{1,20})/.exec(stringAt(data, 'packageManager') ?? '')?.[1] : undefined
  const [key, pinned] = [
    [`volta/${runtime}`, stringAt(data, 'volta', runtime)] as const,
    ['packageManager', manager] as const,
    [`engines/${runtime}`, stringAt(data, 'engines', runtime)] as const,
  ].find(([, text]) => text !== undefined) ?? ['', undefined]
  return said(normalizeVersion(pinned), manifest.at(key, `${key.replace('/', '.')}: ${pinned?.slice(0, 40)}`))
}

const versionFiles = { node: ['.nvmrc', '.node-version', '.tool-versions'], bun: ['.bun-version', '.tool-versions'] } as const

/** asdf and mise write `nodejs 22.1.0` a line. */
function toolVersion(text: string | undefined, runtime: keyof typeof versionFiles): string | undefined {
  return new RegExp(`^${runtime === 'node' ? 'node(?:js)?' : 'bun'}[ \\t]{1,8}([\\w.]{1,20})`, 'm').exec(text ?? '')?.[1]
}

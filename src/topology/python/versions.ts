// Which Python a project asks for, in whichever of its files says it.
import { joinPath } from '../paths.ts'
import { dataAt, field, stringAt, stringsIn } from '../reading/data.ts'
import { quoted, type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import { normalizeVersion } from '../versions.ts'
import type { ManifestFiles } from './manifests.ts'

/** Files that only say a version. */
export const versionFiles: readonly string[] = ['.python-version', 'runtime.txt', '.tool-versions', 'mise.toml', '.mise.toml']

export function findPythonVersion(files: ManifestFiles, folder: Folder, repository: Repository): Said<string> | undefined {
  const path = (name: string) => joinPath(folder.path, name)
  const text = (name: string) => (folder.files.has(name) ? repository.read.text(path(name)) : undefined)
  const mise = ['mise.toml', '.mise.toml'].find((name) => folder.files.has(name)) ?? ''
  const tool = mise === '' ? undefined : field(dataAt(repository.read.toml(path(mise))?.data, 'tools'), 'python')
  const { pyproject, pipfile, pixi, conda } = files
  const setup = files.setup ?? files.setupConfig
  const pinned = conda.find((item) => /^python[ =<>~!]{1,4}\d{1,2}\.\d{1,3}/.test(item.text))
  const stated: readonly (readonly [string | undefined, string | undefined])[] = [
    [firstWord(text('.python-version')), path('.python-version')],
    [
      text('runtime.txt')
        ?.trim()
        .replace(/^python-/, ''),
      path('runtime.txt'),
    ],
    [/^python[ \t]{1,8}(\S{1,40})/m.exec(text('.tool-versions') ?? '')?.[1], path('.tool-versions')],
    [typeof tool === 'string' ? tool : (stringsIn(tool)[0] ?? stringAt(tool, 'version')), path(mise)],
    [stringAt(pipfile?.data, 'requires', 'python_full_version') ?? stringAt(pipfile?.data, 'requires', 'python_version'), pipfile?.path],
    [stringAt(pyproject?.data, 'project', 'requires-python'), pyproject?.path],
    [stringAt(pyproject?.data, 'tool', 'poetry', 'dependencies', 'python'), pyproject?.path],
    [stringAt(pixi?.data, 'dependencies', 'python'), pixi?.path],
    [/^python[ =<>~!]{1,4}(\d{1,2}\.\d{1,3})/.exec(pinned?.text ?? '')?.[1], pinned?.evidence.path],
    [/\bpython_requires\s{0,4}=\s{0,4}["']?([^"'\n]{1,60})/.exec(setup?.text ?? '')?.[1], setup?.path],
  ]
  for (const [words, file] of stated) {
    const version = normalizeVersion(words?.replaceAll(',', ' '), 2)
    if (version !== undefined && file !== undefined)
      return said(version, quoted(file, lineIn(file, words ?? '', repository), repository.read))
  }
  return undefined
}

/** The line that says it; several lines may hold the same number, and the one about Python is meant. */
function lineIn(path: string, words: string, { read }: Repository): number {
  const lines = (read.text(path) ?? '').split('\n')
  const named = lines.findIndex((line) => line.includes(words) && /python/i.test(line))
  return 1 + Math.max(0, named >= 0 ? named : lines.findIndex((line) => line.includes(words)))
}

/** pyenv lists one version a line and may name another implementation. */
function firstWord(text: string | undefined): string | undefined {
  const line = text?.split('\n').find((candidate) => /^\s{0,8}(?:c?python-?)?\d/i.test(candidate))
  return line?.trim().replace(/^c?python-?/i, '').replace(/t$/, '') // biome-ignore format: one chain
}

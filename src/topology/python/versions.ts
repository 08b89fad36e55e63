// Which Python a project asks for, in whichever of its files says it.
import { joinPath } from '../paths.ts'
import { dataAt, field, stringAt, stringsIn } from '../reading/data.ts'
import type { Folder, Repository } from '../repository.ts'
import { normalizeVersion } from '../versions.ts'
import type { ManifestFiles } from './manifests.ts'

/** Files that only say a version. */
export const versionFiles: readonly string[] = ['.python-version', 'runtime.txt', '.tool-versions', 'mise.toml', '.mise.toml']

export function findPythonVersion(files: ManifestFiles, folder: Folder, repository: Repository): string | undefined {
  const text = (name: string) => (folder.files.has(name) ? repository.read.text(joinPath(folder.path, name)) : undefined)
  const mise = ['mise.toml', '.mise.toml'].find((name) => folder.files.has(name))
  const tool = mise === undefined ? undefined : field(dataAt(repository.read.toml(joinPath(folder.path, mise))?.data, 'tools'), 'python')
  const { pyproject, pipfile, pixi, conda } = files
  const stated = [
    firstWord(text('.python-version')),
    text('runtime.txt')
      ?.trim()
      .replace(/^python-/, ''),
    /^python[ \t]{1,8}(\S{1,40})/m.exec(text('.tool-versions') ?? '')?.[1],
    typeof tool === 'string' ? tool : (stringsIn(tool)[0] ?? stringAt(tool, 'version')),
    stringAt(pipfile?.data, 'requires', 'python_full_version') ?? stringAt(pipfile?.data, 'requires', 'python_version'),
    stringAt(pyproject?.data, 'project', 'requires-python'),
    stringAt(pyproject?.data, 'tool', 'poetry', 'dependencies', 'python'),
    stringAt(pixi?.data, 'dependencies', 'python'),
    conda.map((item) => /^python[ =<>~!]{1,4}(\d{1,2}\.\d{1,3})/.exec(item.text)?.[1]).find((version) => version !== undefined),
    /\bpython_requires\s{0,4}=\s{0,4}["']?([^"'\n]{1,60})/.exec(files.setup?.text ?? files.setupConfig?.text ?? '')?.[1],
  ]
  return stated.map((words) => normalizeVersion(words?.replaceAll(',', ' '), 2)).find((version) => version !== undefined)
}

/** pyenv lists one version a line and may name another implementation. */
function firstWord(text: string | undefined): string | undefined {
  const line = text?.split('\n').find((candidate) => /^\s{0,8}(?:c?python-?)?\d/i.test(candidate))
  return line?.trim().replace(/^c?python-?/i, '').replace(/t$/, '') // biome-ignore format: one chain
}

// Path dependencies of Rust crates, their own or those that the workspace states for its members.
import { ancestorsOf, joinPath, resolvePath } from '../../paths.ts'
import { dataAt, field, isData, stringAt } from '../../reading/data.ts'
import { lineOf } from '../../reading/lines.ts'
import type { Repository } from '../../repository.ts'
import type { Ecosystem, FolderUse } from './ecosystem.ts'

export const cargo: Ecosystem = {
  uses: (repository) => repository.foldersWith('Cargo.toml').flatMap(({ path }) => usesOf(path, repository)),
}

function usesOf(folder: string, repository: Repository): FolderUse[] {
  const path = joinPath(folder, 'Cargo.toml')
  const manifest = repository.read.toml(path)
  return ['dependencies', 'build-dependencies'].flatMap((list) =>
    Object.entries(dataAt(manifest?.data, list)).flatMap(([name, value]): FolderUse[] => {
      const target = isData(value) ? folderOf(name, value, { folder, repository }) : undefined
      const line = lineOf(manifest?.text ?? '', name)
      return target === undefined
        ? []
        : [{ from: folder, folder: target, evidence: { path, ...(line === undefined ? {} : { line }), fact: `${name} from ${target}` } }]
    }),
  )
}

function folderOf(name: string, value: unknown, { folder, repository }: { folder: string; repository: Repository }): string | undefined {
  const own = stringAt(value, 'path')
  if (own !== undefined) return resolvePath(folder, own)
  if (field(value, 'workspace') !== true) return undefined
  for (const root of ancestorsOf(folder)) {
    if (repository.folders.get(root)?.files.has('Cargo.toml') !== true) continue
    const shared = stringAt(repository.read.toml(joinPath(root, 'Cargo.toml'))?.data, 'workspace', 'dependencies', name, 'path')
    if (shared !== undefined) return resolvePath(root, shared)
  }
  return undefined
}

// What building a member of a Cargo workspace reads besides its own package and those that it uses (relations/packages/cargo.ts).
import { joinPath } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { CargoWorkspace } from './cargo.ts'

/** A workspace is locked as a whole: Cargo wants to know its other members too, though not their sources. */
export function workspaceReads(folder: string, { root, members }: CargoWorkspace, repository: Repository): string[] {
  const shared = rootFiles.map((name) => joinPath(root, name))
  const others = members.filter((member) => member.folder !== folder).map((member) => joinPath(member.folder, 'Cargo.toml'))
  return [...shared, ...others].filter((path) => repository.tree.entries.has(path))
}

const rootFiles = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain', 'rust-toolchain.toml', '.cargo/config', '.cargo/config.toml']

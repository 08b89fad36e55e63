// Packages that a manifest takes from a folder by its path, in ecosystems where that is all there is to read. Data: add a row, no code.
import { resolvePath } from '../../paths.ts'
import type { Ecosystem } from './ecosystem.ts'
import { usesIn } from './manifest-uses.ts'

interface PathReference {
  readonly manifest: string
  /** Group 1 is the path. */
  readonly pattern: RegExp
  /** Where the path begins, from the manifest's folder. Default is there. */
  readonly from?: string
}

const references: readonly PathReference[] = [
  { manifest: 'mix.exs', pattern: /\{:\w{1,60},[^{}\n]{0,100}\bpath:\s{0,4}"(\.\.?\/[\w./-]{1,150})"/g },
  { manifest: 'mix.exs', pattern: /\{:(\w{1,60}),[^{}\n]{0,100}\bin_umbrella:\s{0,4}true/g, from: '..' },
  { manifest: 'Gemfile', pattern: /^[^#\n]{0,200}\bpath(?::\s{0,4}|\s{0,4}=>\s{0,4})["'](\.{0,2}\/?[\w./-]{1,150})["']/gm },
  { manifest: 'composer.json', pattern: /"url"\s{0,4}:\s{0,4}"(\.{1,2}\/[\w./-]{1,150})"/g },
  { manifest: 'pubspec.yaml', pattern: /^\s{1,12}path:\s{1,4}["']?(\.{1,2}\/[\w./-]{1,150})/gm },
  { manifest: 'shard.yml', pattern: /^\s{1,12}path:\s{1,4}["']?(\.{1,2}\/[\w./-]{1,150})/gm },
  { manifest: 'gleam.toml', pattern: /\bpath\s{0,4}=\s{0,4}"(\.{1,2}\/[\w./-]{1,150})"/g },
  { manifest: 'Package.swift', pattern: /\.package\([^()\n]{0,100}\bpath:\s{0,4}"(\.{1,2}\/[\w./-]{1,150})"/g },
  { manifest: 'build.zig.zon', pattern: /\.path\s{0,4}=\s{0,4}"(\.{1,2}\/[\w./-]{1,150})"/g },
]

export const pathReferences: Ecosystem = {
  uses: (repository) =>
    references.flatMap(({ manifest: name, pattern, from = '.' }) =>
      repository.foldersWith(name).flatMap(({ path: folder }) => {
        const home = resolvePath(folder, from)
        const targetOf = (reference: string) => (home === undefined ? undefined : resolvePath(home, reference))
        return usesIn({ folder, name, pattern, targetOf }, repository)
      }),
    ),
}

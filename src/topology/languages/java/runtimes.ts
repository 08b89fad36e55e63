// Files that name the version of Java for a machine or a platform.
import { joinPath } from '../../paths.ts'
import type { Said } from '../../reasons.ts'
import type { Folder, Repository } from '../../repository.ts'
import { readAs, statedIn } from '../stated.ts'
import { majorVersion } from './build.ts'

const files: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'system.properties', pattern: /^\s{0,4}java\.runtime\.version\s{0,4}=\s{0,4}([^\s]{1,60})/m },
  { name: '.java-version', pattern: /^\s{0,4}([^\s]{1,60})/ },
  { name: '.jdk-version', pattern: /^\s{0,4}([^\s]{1,60})/ },
  { name: '.sdkmanrc', pattern: /^\s{0,4}java\s{0,4}=\s{0,4}([^\s]{1,60})/m },
  { name: '.tool-versions', pattern: /^\s{0,4}java\s{1,8}([^\s]{1,60})/m },
  { name: 'mise.toml', pattern: /^\s{0,4}java\s{0,4}=\s{0,4}"([^"\s]{1,60})"/m },
]

export function statedRuntime(folder: Folder, repository: Repository): Said<string> | undefined {
  for (const { name, pattern } of files) {
    const text = folder.files.has(name) ? repository.read.text(joinPath(folder.path, name)) : undefined
    const version = readAs(statedIn({ path: joinPath(folder.path, name), text: text ?? '' }, pattern), majorVersion)
    if (version !== undefined) return version
  }
  return undefined
}

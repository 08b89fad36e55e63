// The name of an image: a hash of everything that decides it. The same inputs never build twice, whoever pushed them.
import type { SourceTree } from '../git/source-tree.ts'
import { relativeTo } from '../topology/paths.ts'
import { byCodeUnit, canonicalJson, sha256 } from './canonical.ts'
import type { BuildInput } from './stack.ts'

/** Changes when the way an image is built changes, so that an image of an older way is never taken for one of the new. */
const keyVersion = 'kyozo-image:1'
const keyLength = 24

/**
 * 24 hexadecimal digits over the files sent (path below the context, mode, object id), the Dockerfile, the target and the arguments. With `apart` they
 * are nobody else's: what was built for a fork is never taken for what the team builds from the same files.
 */
export function contentKey(build: BuildInput, tree: Pick<SourceTree, 'entries'>, apart?: string): string {
  const files = build.files
    .map((path) => [relativeTo(build.context, path), tree.entries.get(path)?.mode, tree.entries.get(path)?.oid])
    .sort(([a], [b]) => byCodeUnit(a ?? '', b ?? ''))
  const inputs = [keyVersion, files, build.dockerfile, build.target, build.args]
  return sha256(canonicalJson(apart === undefined ? inputs : [...inputs, apart])).slice(0, keyLength)
}

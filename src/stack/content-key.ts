// The name of an image: a hash of everything that decides it. The same inputs never build twice, whoever pushed them.
import type { SourceTree } from '../git/source-tree.ts'
import { relativeTo } from '../topology/paths.ts'
import { byCodeUnit, canonicalJson, sha256 } from './canonical.ts'
import type { BuildInput } from './stack.ts'

/** Changes when the way an image is built changes, so that an image of an older way is never taken for one of the new. */
const keyVersion = 'kyozo-image:1'
const keyLength = 24

/** 24 hexadecimal digits over the files sent (path below the context, mode, object id), the Dockerfile, the target and the arguments. */
export function contentKey(build: BuildInput, tree: Pick<SourceTree, 'entries'>): string {
  const files = build.files
    .map((path) => [relativeTo(build.context, path), tree.entries.get(path)?.mode, tree.entries.get(path)?.oid])
    .sort(([a], [b]) => byCodeUnit(a ?? '', b ?? ''))
  return sha256(canonicalJson([keyVersion, files, build.dockerfile, build.target, build.args])).slice(0, keyLength)
}

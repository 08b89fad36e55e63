// Templates of generators: what is still to be filled in is nobody's service yet.
import type { Claim, Sign } from './claim.ts'
import { placeholder } from './folder-names.ts'
import { printable } from './paths.ts'
import type { Folder } from './repository.ts'

/** A name or a command with a gap in it belongs to a template. Whoever connects one as a whole repository has a reason to. */
export function templateSigns({ spec, signs }: Claim, { path }: Folder): Sign[] {
  const [place] = signs
  const open = [spec.name, spec.start].find((text) => text !== undefined && placeholder.test(text))
  if (open === undefined) return []
  return [
    {
      path: place?.path ?? path,
      ...(place?.line === undefined ? {} : { line: place.line }),
      fact: `${printable(open).slice(0, 60)} is filled in by a generator`,
      weight: path === '.' ? -0.4 : -0.9,
      role: 'example',
    },
  ]
}

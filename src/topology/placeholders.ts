// Templates of generators: what is still to be filled in is nobody's service yet.
import type { Claim, Sign } from './claim.ts'
import { placeholder } from './folder-names.ts'
import { joinPath, printable } from './paths.ts'
import type { Folder } from './repository.ts'

/** A name or a command with a gap in it belongs to a template. Whoever connects one as a whole repository has a reason to. */
export function templateSigns({ spec, signs }: Claim, { path, files, folders }: Folder): Sign[] {
  const [place] = signs
  if (isOfGenerator(files, folders)) {
    const fact = 'is a template that a generator fills in'
    return [{ path: joinPath(path, 'cookiecutter.json'), fact, weight: -0.7, role: 'example' }]
  }
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

/** Cookiecutter's questions, and the folder that it makes a project of. */
function isOfGenerator(files: ReadonlySet<string>, folders: ReadonlySet<string>): boolean {
  return files.has('cookiecutter.json') && [...folders].some((name) => placeholder.test(name))
}

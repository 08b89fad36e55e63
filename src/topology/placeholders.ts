// Templates of generators: what is still to be filled in is nobody's service yet.
import type { Claim, Sign } from './claim.ts'
import { placeholder } from './folder-names.ts'
import { ancestorsOf, joinPath, printable } from './paths.ts'
import type { Folder, Repository } from './repository.ts'

/** A name or a command with a gap in it belongs to a template. Whoever connects one as a whole repository has a reason to. */
export function templateSigns({ spec, signs }: Claim, { path, files, folders }: Folder, { tree }: Repository): Sign[] {
  const [place] = signs
  // A repository that is a template as a whole may be connected as it is; one that packs templates below has only those.
  const packed = [path, ...ancestorsOf(path)].find((above) => above !== '.' && tree.entries.has(`${above}/${templateFile}`))
  if (packed !== undefined) {
    const fact = 'is what `dotnet new` makes a project of'
    return [{ path: `${packed}/${templateFile}`, line: 1, fact, weight: -0.8, role: 'example' }]
  }
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

const templateFile = '.template.config/template.json'

/** Cookiecutter's questions, and the folder that it makes a project of. */
function isOfGenerator(files: ReadonlySet<string>, folders: ReadonlySet<string>): boolean {
  return files.has('cookiecutter.json') && [...folders].some((name) => placeholder.test(name))
}

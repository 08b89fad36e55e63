// One context that builds several services: the Dockerfile, its name, the target and the arguments say which folder is meant.
import { baseName, parentOf, relativeTo } from '../../paths.ts'
import { countMentions } from './dockerfile-mentions.ts'
import { familyOf } from './families.ts'
import { dockerfilePath } from './mounted-folder.ts'
import { isLanguageService, languageFoldersBelow, languagesOf, type MappingContext, type Placed } from './source-folders.ts'
import { isSameName } from './words-of-names.ts'

type Built = Placed & { readonly build: NonNullable<Placed['build']> }

/** Folders of one context that are compared with a Dockerfile. */
const foldersLimit = 500

export function describedFolder(service: Built, context: MappingContext): string | undefined {
  const { build } = service
  const folders = languageFoldersBelow(build.context, context).slice(0, foldersLimit)
  if (folders.length === 0) return undefined
  const byPath = new Map(folders.map((folder) => [relativeTo(build.context, folder), folder]))
  const named = namedByArguments(service, byPath) ?? namedByCommand(service, byPath, context)
  if (named !== undefined) return named
  const text = context.repository.read.text(dockerfilePath(build))
  if (text === undefined) return undefined
  const counts = countMentions({ text, target: build.target, args: build.args, folders: [...byPath.keys()] })
  const clues = cluesOf(service)
  const byClue = [...byPath].filter(([path]) => clues.some((clue) => isSameName(baseName(path), clue)))
  const [only, other] = byClue
  if (only !== undefined && other === undefined && (counts.get(only[0]) ?? 0) > 0) return only[1]
  // A folder that is a service itself is what its own Dockerfile builds, whatever else that copies.
  if (isLanguageService(build.context, context)) return undefined
  return prevailing(countsOfLanguage(counts, { service, byPath, context }), byPath)
}

const namingArguments =
  /(?:^|_)(?:SERVICE|APP|APPLICATION|PROJECT|PACKAGE|MODULE|WORKSPACE|SCOPE|DIR|DIRECTORY|PATH|FOLDER|CONTEXT|TARGET|COMPONENT|BIN|CMD)(?:_(?:NAME|DIR|PATH|FOLDER))?$/

/** `args: {SERVICE: api}` or `{APP_PATH: apps/web}`. */
function namedByArguments({ build }: Built, byPath: ReadonlyMap<string, string>): string | undefined {
  for (const [name, value] of Object.entries(build.args)) {
    const path = value.replace(/^\.\//, '').replace(/\/$/, '')
    const exact = byPath.get(path)
    if (path.includes('/') && exact !== undefined) return exact
    if (path === '' || !namingArguments.test(name.toUpperCase())) continue
    const same = [...byPath].filter(([candidate]) => isSameName(baseName(candidate), path))
    if (same.length === 1) return same[0]?.[1]
  }
  return undefined
}

/** One image with many programs: `entrypoint: geo` runs `cmd/geo`, when that is a service itself. */
function namedByCommand({ entrypoint, command }: Built, byPath: ReadonlyMap<string, string>, context: MappingContext): string | undefined {
  const words = `${entrypoint ?? ''} ${command ?? ''}`.trim().split(' ').slice(0, 2).map(baseName)
  const found = [...byPath].filter(([path, folder]) => words.includes(baseName(path)) && isLanguageService(folder, context))
  return found.length === 1 ? found[0]?.[1] : undefined
}

/** Words that the file uses for what this build is: the Dockerfile's ending or folder, the target, and the service's own names. */
function cluesOf({ build, name, containerName }: Built): string[] {
  const file = build.dockerfile === undefined ? '' : baseName(build.dockerfile)
  const ending = /^(?:Dockerfile|Containerfile)[._-]([\w.-]{1,60})$|^([\w.-]{1,60})\.(?:Dockerfile|Containerfile)$/i.exec(file)
  const folder = build.dockerfile === undefined ? '' : baseName(parentOf(build.dockerfile))
  return [ending?.[1] ?? ending?.[2] ?? '', folder, build.target ?? '', name, containerName ?? ''].filter(
    (clue) => clue !== '' && clue !== '.',
  )
}

interface Counted {
  readonly service: Built
  readonly byPath: ReadonlyMap<string, string>
  readonly context: MappingContext
}

/** An image made for one language is what is written in it; pages that it also carries may be named more often. */
function countsOfLanguage(counts: ReadonlyMap<string, number>, { service, byPath, context }: Counted): ReadonlyMap<string, number> {
  const { build } = service
  const family = familyOf(context.repository.read.dockerfile(dockerfilePath(build), build.target)?.language)
  const fitting = [...counts].filter(([path]) => {
    const folder = byPath.get(path)
    return folder !== undefined && [...languagesOf(folder, context)].some((type) => familyOf(type) === family)
  })
  return family === undefined || fitting.length === 0 ? counts : new Map(fitting)
}

/** The folder that is named at least twice as often as any other. */
function prevailing(counts: ReadonlyMap<string, number>, byPath: ReadonlyMap<string, string>): string | undefined {
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a)
  if (first === undefined || (second !== undefined && first[1] < second[1] * 2)) return undefined
  return byPath.get(first[0])
}

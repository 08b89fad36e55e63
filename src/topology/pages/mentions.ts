// Paths that a program's sources and manifests write down, as places of the repository.
import type { Claim } from '../claim.ts'
import { goSourcesAt } from '../golang/unit.ts'
import { sourceScanLimit } from '../limits.ts'
import { joinPath, parentOf, printable, resolvePath } from '../paths.ts'
import { lineAt } from '../reading/lines.ts'
import type { Repository } from '../repository.ts'

export interface Mention {
  readonly path: string
  readonly line: number
  readonly text: string
  /** Where it may point: from the file, from the program's folder, from the root. */
  readonly places: readonly string[]
  /** Whether a build says it, which builds what it names; a source names only what is built already. */
  readonly builds: boolean
}

/** Files of one program that are looked into, and paths that are kept of one file. */
const filesLimit = 40
const pathsLimit = 60

/** Manifests that name where a program takes its pages from. */
const manifests = /^(?:package\.json|build\.rs|build\.zig|Cargo\.toml|[\w.-]{1,80}\.(?:cs|fs|vb)proj)$/

/** Those that run builds of other folders. */
const builders = /proj$|build\.rs$/

const sources =
  /\.(?:[mc]?[jt]sx?|go|rs|py|rb|php|java|kt|scala|cs|fs|vb|exs?|erl|gleam|swift|dart|cr|zig|cc?|cpp|h|hs|clj|ya?ml|properties|toml)$/

export function mentionsOf(folder: string, claim: Claim, repository: Repository): Mention[] {
  const places = [
    ...claim.signs.map(({ path }) => path),
    ...claim.reads,
    ...(claim.type === 'golang' ? goSourcesAt(folder, repository) : []),
  ]
  const own = [...(repository.folders.get(folder)?.files ?? [])]
    .filter((name) => manifests.test(name))
    .map((name) => joinPath(folder, name))
  const files = [...own, ...places.filter((path) => sources.test(path) && repository.tree.entries.has(path))]
  return [...new Set(files)].slice(0, filesLimit).flatMap((path) => mentionsIn(path, folder, repository))
}

/** A path in quotes, or its parts in quotes one after the other, as `join` and the `/` of a path in Python take them. */
const quotedPath = /["'`]([^"'`\s<>(){};,=*|]{1,120}|\$\{[\w.]{1,60}\}[^"'`\s<>(){};,=*|]{1,120})["'`](?:\s{0,4}[,/]\s{0,4}["'`]([\w.@-]{1,60})["'`])?(?:\s{0,4}[,/]\s{0,4}["'`]([\w.@-]{1,60})["'`])?(?:\s{0,4}[,/]\s{0,4}["'`]([\w.@-]{1,60})["'`])?(?:\s{0,4}[,/]\s{0,4}["'`]([\w.@-]{1,60})["'`])?/g // biome-ignore format: one pattern

/** The text of an element: `<SpaRoot>..\client\</SpaRoot>`. */
const elementPath = /<(?:SpaRoot|SpaClientRoot|ClientRoot)>([^<\s]{1,160})</g

function mentionsIn(path: string, folder: string, repository: Repository): Mention[] {
  const text = repository.read.text(path)?.slice(0, sourceScanLimit) ?? ''
  const found: Mention[] = []
  const builds = builders.test(path)
  for (const match of text.matchAll(/proj$/.test(path) ? elementPath : quotedPath)) {
    const written = match
      .slice(1)
      .filter((part) => part !== undefined)
      .join('/')
    const reference = relative(written)
    if ((!builds && !/[/.]/.test(written)) || reference === undefined) continue
    const bases = [...new Set([parentOf(path), folder, '.'])]
    const places = bases.flatMap((base) => resolvePath(base, reference) ?? []).filter((place) => place !== '.' && place !== folder)
    if (places.length > 0) found.push({ path, line: lineAt(text, match.index), text: printable(written), places, builds })
    if (found.length >= pathsLimit) break
  }
  return found
}

/** Without what stands for the program's own folder: `$CARGO_MANIFEST_DIR`, `${__dirname}`, `${project.basedir}`; undefined for addresses and modules. */
function relative(written: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]{0,20}:\/\/|^@/i.test(written)) return undefined
  return written
    .replaceAll('\\', '/')
    .replace(/^(?:file:|classpath:)/, '')
    .replace(/^\$(?:\{[\w.]{1,60}\}|[A-Z_]{1,40})/, '')
    .replace(/^\/{1,3}/, '')
}

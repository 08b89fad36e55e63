// Go compiles files into its programs. What it may name lies below the file that names it, so only folders above the pages can.
import { sourceScanLimit } from '../limits.ts'
import { ancestorsOf, baseName, isWithin, joinPath, resolvePath } from '../paths.ts'
import { lineAt } from '../reading/lines.ts'
import type { Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import type { Pages } from './served-by.ts'

/** Go files of one folder that are looked into. */
const filesLimit = 12

const directive = /^\/\/go:embed[ \t]{1,8}([^\n]{1,300})$/gm

/** The line that puts what is built of the pages into a Go program. */
export function findGoEmbed({ folder, output, isBuilt }: Pages, repository: Repository): Evidence | undefined {
  // Whatever lies beside pages that are not built may be there for any of its files.
  const homes = isBuilt ? [output, ...ancestorsOf(output)] : ancestorsOf(output)
  for (const home of homes) {
    for (const path of goFilesIn(home, repository)) {
      const text = repository.read.text(path)?.slice(0, sourceScanLimit) ?? ''
      for (const match of text.matchAll(directive)) {
        const patterns = (match[1] ?? '').split(/[ \t]/).map((word) => word.replace(/^["`]?(?:all:)?|["`]$/g, ''))
        const found = patterns.find((pattern) => names(pattern, { home, folder: folder.path, output }))
        if (found !== undefined) return { path, line: lineAt(text, match.index), fact: `${baseName(path)} embeds what is built here` }
      }
    }
  }
  return undefined
}

/** Names that such files have come first. */
const usual = /embed|ui|web|static|asset|front|spa|client|dist|main|server/i

function goFilesIn(home: string, repository: Repository): string[] {
  const files = [...(repository.folders.get(home)?.files ?? [])].filter((name) => name.endsWith('.go') && !name.endsWith('_test.go')).sort()
  return [...files.filter((name) => usual.test(name)), ...files.filter((name) => !usual.test(name))]
    .slice(0, filesLimit)
    .map((name) => joinPath(home, name))
}

/** Whether a pattern takes the output or a part of it; `*` beside the pages takes them with everything else. */
function names(pattern: string, { home, folder, output }: { home: string; folder: string; output: string }): boolean {
  const literal = pattern.replace(/\/?[^/]{0,100}[*?[].{0,200}$/, '')
  const place = resolvePath(home, literal === '' ? '.' : literal)
  if (place === undefined) return false
  return isWithin(place, output) || (isWithin(output, place) && isWithin(place, folder)) || (literal !== pattern && place === output)
}

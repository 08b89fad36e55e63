// Pages that another program of the repository carries or sends: they are deployed with it, and are no service beside it.
import { type Claim, confidence, confidenceThreshold } from '../claim.ts'
import { findDockerfile } from '../dockerfiles.ts'
import { claimsFor } from '../marks.ts'
import { perRepository } from '../memo.ts'
import { isWithin, resolvePath } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { findGoEmbed } from './go-embed.ts'
import { mentionsOf } from './mentions.ts'

export interface Pages {
  readonly folder: Folder
  /** Where they lie once they are built; the folder itself where nobody builds them. */
  readonly output: string
  readonly isBuilt: boolean
}

/** Where a program says that it carries or sends these pages; undefined for those that have an image of their own. */
export function servedBy(claim: Claim, folder: Folder, repository: Repository): Evidence | undefined {
  if (folder.path === '.' || findDockerfile(folder, repository) !== undefined) return undefined
  const { outputFolder, isBuilt } = claim.spec.facts ?? {}
  const output = resolvePath(folder.path, typeof outputFolder === 'string' ? outputFolder : '.') ?? folder.path
  const pages: Pages = { folder, output, isBuilt: isBuilt !== false }
  return findGoEmbed(pages, repository) ?? findServer(pages, repository)
}

function findServer(pages: Pages, repository: Repository): Evidence | undefined {
  for (const { path, claim } of programsOf('.', repository)) {
    if (path === pages.folder.path) continue
    const found = mentionsOf(path, claim, repository).find(({ places, builds }) =>
      places.some((place) => isOf(place, pages) || (builds && place === pages.folder.path)),
    )
    if (found !== undefined) return { path: found.path, line: found.line, fact: `names ${found.text}, which is built here` }
  }
  return undefined
}

/** Whether a place is what is built of the pages, or where that lies. */
function isOf(place: string, { folder, output }: Pages): boolean {
  if (output === folder.path) return isWithin(place, folder.path)
  return isWithin(place, output) || (isWithin(output, place) && place !== folder.path && isWithin(place, folder.path))
}

interface ListeningProgram {
  readonly path: string
  readonly claim: Claim
}

/** Folders with a program that answers requests by itself. */
const programsOf = perRepository((_, repository): readonly ListeningProgram[] =>
  [...repository.folders.values()].flatMap((folder): ListeningProgram[] => {
    const claims = claimsFor(folder, repository).filter(({ type, spec }) => !pageTypes.has(type) && spec.port !== undefined)
    const claim = claims.find(({ signs }) => confidence(signs) >= confidenceThreshold)
    return claim === undefined ? [] : [{ path: folder.path, claim }]
  }),
)

/** Claims that are not about a program of the repository's own. */
const pageTypes = new Set<Claim['type']>(['static_site', 'proxy', 'database', 'containerized', 'compose_stack', 'kubernetes'])

// What a folder that a compose file builds is: of several claims the one that the Dockerfile of the build is made for.
import type { Claim } from '../../claim.ts'
import type { ComposeServiceFacts } from '../../compose-file.ts'
import { languageOfImage } from '../../reading/dockerfile-images.ts'
import { emptyClaim } from '../../reading/source-signs.ts'
import type { Repository } from '../../repository.ts'
import { familyOf } from './families.ts'
import { dockerfilePath } from './mounted-folder.ts'

interface BuiltFolder {
  readonly service: ComposeServiceFacts
  readonly path: string
  /** The strongest first. */
  readonly claims: readonly Claim[]
}

/** The strongest claim that fits the image; `containerized` when none does. */
export function builtClaim({ service, path, claims }: BuiltFolder, repository: Repository): Claim {
  const [best] = claims
  const family = familyOfService(service, path, repository)
  const fitting = claims.find(({ type }) => family === undefined || familyOf(type) === undefined || familyOf(type) === family)
  return fitting ?? (best === undefined || family !== undefined ? emptyClaim('containerized') : best)
}

function familyOfService({ build, image }: ComposeServiceFacts, path: string, { read }: Repository): string | undefined {
  if (build === undefined) return familyOf(languageOfImage(image))
  if (build.isInline || build.context !== path) return undefined
  return familyOf(read.dockerfile(dockerfilePath(build), build.target)?.language)
}

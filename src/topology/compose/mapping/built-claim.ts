// What a folder that a compose file builds is: of several claims the one that the Dockerfile of the build is made for.
import type { Claim } from '../../claim.ts'
import type { ComposeServiceFacts } from '../../compose-file.ts'
import { emptyClaim } from '../../reading/source-signs.ts'
import type { Repository } from '../../repository.ts'
import type { ServiceType } from '../../topology.ts'
import { dockerfilePath } from './mounted-folder.ts'

/** Languages that one runtime image serves; a type that is not here fits any image. */
const families: Partial<Record<ServiceType, string>> = {
  nodejs: 'js', bun: 'js', deno: 'js', python: 'python', golang: 'golang', rust: 'rust', ruby: 'ruby', java: 'java', php: 'php', dotnet: 'dotnet',
  elixir: 'beam', gleam: 'beam', haskell: 'haskell', swift: 'swift', zig: 'zig', dart: 'dart', crystal: 'crystal', cpp: 'cpp',
} // biome-ignore format: a table

interface BuiltFolder {
  readonly service: ComposeServiceFacts
  readonly path: string
  /** The strongest first. */
  readonly claims: readonly Claim[]
}

/** The strongest claim that fits the image; `containerized` when none does. */
export function builtClaim({ service: { build }, path, claims }: BuiltFolder, repository: Repository): Claim {
  const [best] = claims
  const language =
    build === undefined || build.isInline ? undefined : repository.read.dockerfile(dockerfilePath(build), build.target)?.language
  const family = language === undefined || build?.context !== path ? undefined : families[language]
  const fitting = claims.find(({ type }) => family === undefined || families[type] === undefined || families[type] === family)
  return fitting ?? (best === undefined || family !== undefined ? emptyClaim('containerized') : best)
}

// Which languages one runtime image serves.
import type { ServiceType } from '../../topology.ts'

/** Languages that one runtime image serves; a type that is not here fits any image. */
const families: Partial<Record<ServiceType, string>> = {
  nodejs: 'js', bun: 'js', deno: 'js', python: 'python', golang: 'golang', rust: 'rust', ruby: 'ruby', java: 'java', php: 'php', dotnet: 'dotnet',
  elixir: 'beam', gleam: 'beam', haskell: 'haskell', swift: 'swift', zig: 'zig', dart: 'dart', crystal: 'crystal', cpp: 'cpp',
} // biome-ignore format: a table

export function familyOf(type: ServiceType | undefined): string | undefined {
  return type === undefined ? undefined : families[type]
}

// How frameworks put a path in front of others where blocks end with `end`.
import type { RouteSyntax } from '../reading/routes/syntax.ts'

/** Rails, Sinatra, Grape and Rack. */
export const rubyRoutes: RouteSyntax = {
  isRooted: true,
  scopes: [{ opens: /^[ \t]{0,40}(?:namespace|scope|map|resources?)[ (]{1,4}(?:path:\s{0,4})?(?<prefix>["'][^"'\n]{0,120}["']|:\w{1,60})(?=[^\n]{0,200}\bdo\b)/gm, reaches: 'block' }],
  routes: [/^[ \t]{0,40}get[ (]{1,4}(?:["'](?<path>[\w-][\w/-]{0,80})["']|:(?=\w))/gm],
} // biome-ignore format: a table

/** Phoenix and Plug. */
export const elixirRoutes: RouteSyntax = {
  isRooted: true,
  scopes: [{ opens: /^[ \t]{0,40}scope[ (]{1,4}(?:path:\s{0,4})?(?<prefix>"[^"\n]{0,120}")(?=[^\n]{0,200}\bdo\b)/gm, reaches: 'block' }],
  unsure: /^[ \t]{0,40}forward[ (]{1,4}"\/[\w-][^"\n]{0,80}",\s{0,4}(?:to:\s{0,4})?[\w.]{0,80}Router\b/m,
} // biome-ignore format: a table

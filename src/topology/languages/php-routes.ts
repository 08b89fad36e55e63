// How PHP's frameworks put a path in front of others.
import type { RouteSyntax } from '../reading/routes/syntax.ts'

const expression = '["\'][^"\'\\n]{0,120}["\']'

export const phpRoutes: RouteSyntax = {
  isRooted: true,
  scopes: [
    { opens: /\bRoute::(?:[^;{}]{0,200}?->)?prefix\s{0,4}\(\s{0,4}(?<prefix>["'][^"'\n]{0,120}["'])\s{0,4}\)[^;{}]{0,200}?->group\s{0,4}\(/g, reaches: 'call' },
    { opens: /(?:\bRoute::|->)group\s{0,4}\((?=\s{0,4}(?:\[|array\s{0,2}\())/g, path: new RegExp(`["']prefix["']\\s{0,4}=>\\s{0,4}(${expression})`), reaches: 'call' },
    { opens: /->(?:group|mount)\s{0,4}\((?=\s{0,4}["'])/g, reaches: 'call' },
    { opens: /#\[Route\s{0,4}\(\s{0,4}(?:path\s{0,4}:\s{0,4})?(?<prefix>["'][^"'\n]{0,120}["'])[^;{}]{0,600}?\bclass\s{1,4}\w/g, reaches: 'file' },
  ],
  // Laravel puts its API below a path of its own.
  files: [{ path: /(?:^|\/)routes\/api\.php$/, prefix: 'api' }],
  unsure: /\bapiPrefix\s{0,4}:/,
  routes: [
    /\bRoute::(?:get|any|view|match)\s{0,4}\(\s{0,4}(?:\[[^\]\n]{0,80}\]\s{0,4},\s{0,4})?["'](?<path>[\w-][\w/-]{0,80})["']/g,
    /\$(?:router|app)->get\s{0,4}\(\s{0,4}["'](?<path>[\w-][\w/-]{0,80})["']/g,
    /#\[Route\s{0,4}\(\s{0,4}(?:path\s{0,4}:\s{0,4})?["'](?<path>[\w-][\w/-]{0,80})["']/g,
  ],
} // biome-ignore format: a table

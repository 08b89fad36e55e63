// Health routes of frameworks whose routes are files.
import { joinPath } from '../paths.ts'
import { healthRoutes } from '../reading/health-route.ts'
import { type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { HealthSpec } from '../topology.ts'

interface FileRoutes {
  readonly frameworks: readonly string[]
  /** Folders of routes, with the path that they answer below. */
  readonly places: readonly { readonly folder: string; readonly below?: string }[]
  /** What follows the route's name, without the extension. */
  readonly endings: readonly string[]
  readonly extensions: readonly string[]
  /** The configuration file that may put a path before all, and how it says so: group 1 is the path, absent when it is not written out. */
  readonly base?: { readonly files: readonly string[]; readonly says: RegExp }
}

const script = ['ts', 'js', 'mjs']

const table: readonly FileRoutes[] = [
  { frameworks: ['nextjs', 'blitzjs'], places: [{ folder: 'app' }, { folder: 'src/app' }], endings: ['/route'], extensions: ['ts', 'js', 'tsx'], base: { files: ['next.config.js', 'next.config.mjs', 'next.config.ts'], says: /\bbasePath\s{0,4}[:=]\s{0,4}(?:["'`]([\w/.-]{0,80})["'`])?/ } },
  { frameworks: ['nextjs', 'blitzjs'], places: [{ folder: 'pages/api', below: '/api' }, { folder: 'src/pages/api', below: '/api' }], endings: ['', '/index'], extensions: ['ts', 'js', 'tsx'], base: { files: ['next.config.js', 'next.config.mjs', 'next.config.ts'], says: /\bbasePath\s{0,4}[:=]\s{0,4}(?:["'`]([\w/.-]{0,80})["'`])?/ } },
  { frameworks: ['nuxt', 'nitro'], places: [{ folder: 'server/routes' }, { folder: 'server/api', below: '/api' }], endings: ['', '.get', '/index', '/index.get'], extensions: script, base: { files: ['nuxt.config.ts', 'nuxt.config.js'], says: /\bbaseURL\s{0,4}:\s{0,4}(?:["'`]([\w/.-]{0,80})["'`])?/ } },
  { frameworks: ['nitro'], places: [{ folder: 'routes' }, { folder: 'api', below: '/api' }], endings: ['', '.get', '/index', '/index.get'], extensions: script },
  { frameworks: ['sveltekit'], places: [{ folder: 'src/routes' }], endings: ['/+server'], extensions: script, base: { files: ['svelte.config.js', 'svelte.config.ts'], says: /\bbase\s{0,4}:\s{0,4}(?:["'`]([\w/.-]{0,80})["'`])?/ } },
  { frameworks: ['remix', 'react-router'], places: [{ folder: 'app/routes' }, { folder: 'app/routes/api', below: '/api' }], endings: ['', '/route'], extensions: ['ts', 'tsx', 'js', 'jsx'], base: { files: ['react-router.config.ts', 'vite.config.ts', 'vite.config.js'], says: /\bbasename\s{0,4}:\s{0,4}(?:["'`]([\w/.-]{0,80})["'`])?/ } },
  { frameworks: ['astro'], places: [{ folder: 'src/pages' }], endings: ['', '/index'], extensions: script, base: { files: ['astro.config.mjs', 'astro.config.ts', 'astro.config.js'], says: /\bbase\s{0,4}:\s{0,4}(?:["'`]([\w/.-]{0,80})["'`])?/ } },
  { frameworks: ['solidstart', 'tanstack-start'], places: [{ folder: 'src/routes' }, { folder: 'app/routes' }], endings: ['', '/index'], extensions: ['ts', 'js'] },
  { frameworks: ['qwik'], places: [{ folder: 'src/routes' }], endings: ['/index'], extensions: ['ts', 'js'] },
  { frameworks: ['waku'], places: [{ folder: 'src/pages' }], endings: [''], extensions: ['ts', 'js'] },
] // biome-ignore format: a table

/** Paths before the route's name, as folders or, where dots divide names, in the name itself. */
const inner = ['', 'api/', 'api/v1/', 'v1/', 'internal/', 'api.', 'resources/', 'resources+/', '_/']

export function findFileRoute(framework: string | undefined, folder: Folder, repository: Repository): Said<HealthSpec> | undefined {
  for (const row of table.filter(({ frameworks }) => framework !== undefined && frameworks.includes(framework))) {
    const base = baseOf(row, folder, repository)
    if (base === undefined) continue
    for (const { folder: place, below = '' } of row.places)
      for (const home of withGroups(joinPath(folder.path, place), repository)) {
        const found = routeIn(home, row, repository)
        const route = found && `${base}${below}/${found.route}`
        if (route !== undefined) return said<HealthSpec>({ kind: 'http', path: route }, { path: found?.path ?? home, line: 1, fact: `answers ${route}` })
      }
  }
  return undefined
} // biome-ignore format: one choice

function routeIn(
  home: string,
  { endings, extensions }: FileRoutes,
  { tree, folders }: Repository,
): { route: string; path: string } | undefined {
  if (!folders.has(home)) return undefined
  for (const before of inner)
    for (const name of healthRoutes)
      for (const ending of endings)
        for (const extension of extensions) {
          const path = joinPath(home, `${before}${name}${ending}.${extension}`)
          if (tree.entries.has(path)) return { route: `${before}${name}`.replaceAll('.', '/').replaceAll('+', ''), path }
        }
  return undefined
}

/** The folder of routes and the groups in it, whose names in brackets are no part of a path. */
function withGroups(home: string, { folders }: Repository): string[] {
  const groups = [...(folders.get(home)?.folders ?? [])].filter((name) => /^\([\w-]{1,60}\)$/.test(name)).sort()
  return [home, ...groups.slice(0, 10).map((name) => joinPath(home, name))]
}

/** What the configuration puts before every path; undefined when it puts there what is not written out. */
function baseOf({ base }: FileRoutes, folder: Folder, { read }: Repository): string | undefined {
  const name = base?.files.find((file) => folder.files.has(file))
  if (base === undefined || name === undefined) return ''
  const match = base.says.exec(read.text(joinPath(folder.path, name))?.slice(0, 16_384) ?? '')
  if (match === null) return ''
  return match[1]?.replace(/^(?!\/)(?=.)/, '/').replace(/\/$/, '')
}

// How a Node folder starts in production.
import { type Said, said } from '../reasons.ts'
import type { Repository } from '../repository.ts'
import type { Evidence, ProcessSpec } from '../topology.ts'
import { startedPackage, startsAside } from './inner-packages.ts'
import type { PackageJson } from './package-json.ts'

/** Commands of a development machine or of a workspace's orchestrator; a start script that runs one says nothing about a service here. */
const notProduction =
  /(?:^|[\s&;/])(?:turbo|nx|lerna|concurrently|npm-run-all|run-p|vite(?!\s{1,4}(?:preview|build))|webpack(?:-dev-server)?|webpack\s{1,4}serve|react-scripts|react-app-rewired|craco|ng|ionic|vue-cli-service|gatsby|gridsome|parcel|snowpack|expo|react-native|electron|electron-forge|nativescript|docusaurus(?:-start)?|vitepress|vuepress|storybook|start-storybook|eleventy|hexo|ember|polymer|preact|brunch|stencil|sanity|umi|dumi|gulp|grunt|rollup|tsdx|tsc|jest|vitest|mocha|live-server|browser-sync|http-server|serve|lite-server|docsify|web-ext|dredd|cypress|playwright|(?:npm|pnpm|yarn|bun)\b[^&|;]{0,60}(?:--workspaces?|--filter|-w|-r|--recursive|workspaces?)|next\s{1,4}dev|nuxt\s{1,4}dev|astro\s{1,4}dev|(?:npm|pnpm|yarn|bun)\s{1,4}(?:run\s{1,4})?(?:dev|watch|develop)\b)(?=$|[\s&;=])/

/** Programs that restart what they run at every change, and what runs it once. */
const watchers: readonly (readonly [RegExp, string])[] = [
  [/^(?:npx\s{1,4})?nodemon\s{1,4}(?=[\w./-]{1,200}\.[mc]?js\b)/, 'node '],
  [/^node\s{1,4}--watch\s{1,4}/, 'node '],
  [/^(?:npx\s{1,4})?tsx\s{1,4}watch\s{1,4}/, 'tsx '],
  [/^(?:npx\s{1,4})?(?:ts-node-dev|tsnd)\s{1,4}(?:--[\w-]{1,40}\s{1,4}){0,6}/, 'ts-node '],
  [/^bun\s{1,4}--(?:watch|hot)\s{1,4}/, 'bun '],
]

const startScripts = ['start:prod', 'start:production', 'prod', 'start', 'serve:prod']

export interface NodeStart {
  /** As production runs it: the script's own command, so that no package manager stands between the signal and the process. */
  readonly command: string
  /** The script's own words, in which a port may stand. */
  readonly text: string
  readonly evidence: Evidence
}

/** None when the script starts a package below, which then is the service. */
export function findNodeStart(manifest: PackageJson, repository: Repository, packageManager = 'npm'): NodeStart | undefined {
  for (const name of startScripts) {
    const written = manifest.scripts.get(name)
    if (written === undefined || notProduction.test(runs(written, manifest))) continue
    const text = watchers.reduce((command, [watcher, plain]) => command.replace(watcher, plain), written)
    if (/\b(?:nodemon|ts-node-dev)\b/.test(text) || startedPackage(written, manifest, repository) !== undefined) continue
    if (startsAside(written, manifest)) continue
    const evidence = manifest.at(`scripts/${name}`, `start script: ${written.slice(0, 80)}`)
    if (isPlain(text)) return { command: text, text, evidence }
    return { command: name === 'start' && packageManager === 'npm' ? 'npm start' : `${packageManager} run ${name}`, text, evidence }
  }
  return undefined
}

/** The script that starts a package below, and that package. */
export function findHandedStart(
  manifest: PackageJson,
  repository: Repository,
): { readonly script: string; readonly to: string } | undefined {
  for (const script of startScripts) {
    const to = startedPackage(manifest.scripts.get(script) ?? '', manifest, repository)
    if (to !== undefined) return { script, to }
  }
  return undefined
}

/** What a script runs in the end, when all it does is to run another script. */
function runs(script: string, manifest: PackageJson): string {
  const name = /^(?:npm|pnpm|yarn|bun)\s{1,4}(?:run\s{1,4}|run-script\s{1,4})?([\w:.-]{1,60})$/.exec(script)?.[1]
  return (name === undefined ? undefined : manifest.scripts.get(name)) ?? script
}

/** Whether a script is one program with arguments, which runs without a shell and without npm. */
function isPlain(command: string): boolean {
  return /^(?:node|tsx|ts-node|bun|next|nuxt|nest|blitz|strapi|medusa|directus|mastra|waku|remix-serve|react-router-serve|astro|node_modules\/\.bin\/\w{1,40})(?:\s[^&|;<>$`"'\\]{0,300})?$/.test(
    command,
  )
}

/** Other processes of the same package, such as `worker` for the script `start:worker`. */
export function findProcessScripts(manifest: PackageJson, packageManager = 'npm'): Said<readonly ProcessSpec[]> | undefined {
  const scripts = [...manifest.scripts.keys()].sort().flatMap((script) => {
    const name = /^(?:start[:-])?((?:worker|queue|scheduler|cron|consumer|jobs|bot)s?)$/.exec(script)?.[1]
    return name === undefined ? [] : [{ name, command: `${packageManager} run ${script}`, script }]
  })
  const [first] = scripts
  if (first === undefined) return undefined
  return said(
    scripts.map(({ name, command }) => ({ name, command })),
    manifest.at(`scripts/${first.script}`, `script ${first.script}`),
  )
}

// Where a framework's build puts the server when its configuration says another folder than the usual one. Data: add a line, no code.
import { resolvePath } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'
import { configTexts } from './kind.ts'

interface Output {
  readonly frameworks: readonly string[]
  readonly configs: readonly string[]
  readonly says: RegExp
  /** The command for the folder, or the file, that the configuration names. */
  readonly start: (path: string) => string
}

const nitroOutput = /\boutput\s{0,4}:\s{0,4}\{[^{}]{0,300}?\bdir\s{0,4}:\s{0,4}["'`]([^"'`\n]{1,120})["'`]/
const buildDirectory = /\bbuildDirectory\s{0,4}:\s{0,4}["'`]([^"'`\n]{1,120})["'`]/

const outputs: readonly Output[] = [
  { frameworks: ['sveltekit'], configs: ['svelte.config'], says: /\b(?:adapter|node|nodeAdapter|adapterNode)\s{0,4}\(\s{0,20}\{(?:[^{}]|\{[^{}]{0,200}\}){0,400}?\bout\s{0,4}:\s{0,4}["'`]([^"'`\n]{1,120})["'`]/, start: (path) => `node ${path}` },
  { frameworks: ['nuxt'], configs: ['nuxt.config'], says: nitroOutput, start: (path) => `node ${path}/server/index.mjs` },
  { frameworks: ['nitro', 'solidstart', 'tanstack-start'], configs: ['nitro.config', 'app.config', 'vite.config'], says: nitroOutput, start: (path) => `node ${path}/server/index.mjs` },
  { frameworks: ['astro'], configs: ['astro.config'], says: /\bserver\s{0,4}:\s{0,4}["'`]([^"'`\n]{1,120})["'`]/, start: (path) => `node ${path}/entry.mjs` },
  { frameworks: ['astro'], configs: ['astro.config'], says: /\boutDir\s{0,4}:\s{0,4}["'`]([^"'`\n]{1,120})["'`]/, start: (path) => `node ${path}/server/entry.mjs` },
  { frameworks: ['react-router'], configs: ['react-router.config', 'vite.config'], says: buildDirectory, start: (path) => `react-router-serve ${path}/server/index.js` },
  { frameworks: ['remix'], configs: ['vite.config'], says: buildDirectory, start: (path) => `remix-serve ${path}/server/index.js` },
  { frameworks: ['remix'], configs: ['remix.config'], says: /\bserverBuildPath\s{0,4}:\s{0,4}["'`]([^"'`\n]{1,120})["'`]/, start: (path) => `remix-serve ${path}` },
] // biome-ignore format: a table

/** The start command for a folder of its own choice; undefined when it keeps the usual one. */
export function startOfOutput(framework: string | undefined, folder: Folder, repository: Repository): string | undefined {
  if (framework === undefined) return undefined
  for (const { frameworks, configs, says, start } of outputs) {
    if (!frameworks.includes(framework)) continue
    const written = configTexts(configs, folder, repository).flatMap((text) => says.exec(text)?.[1] ?? [])[0]
    const path = written === undefined ? undefined : resolvePath('.', written)
    if (path !== undefined && /^(?!\.$)[\w@.-][\w@./-]{0,100}$/.test(path)) return start(path)
  }
  return undefined
}

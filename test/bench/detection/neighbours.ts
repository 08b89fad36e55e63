// Other programs that say what a folder is, each called as its own documentation does. They are installed beside the project when they are
// needed: nobody who works on kyozo has to have them.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { typed } from '../deployed.ts'

export const neighbours = {
  '@netlify/build-info': '11.3.0',
  '@vercel/fs-detectors': '7.7.3',
  '@specfy/stack-analyser': '1.27.3',
} as const

export type Neighbour = keyof typeof neighbours

/** Detects what a folder on the disk holds; what it answers is its own affair. */
export type Detect = (folder: string) => Promise<unknown>

/** Installs them, once for each set of versions. Throws when the registry cannot be asked. */
export async function installNeighbours(): Promise<string> {
  const wanted = Object.entries(neighbours).map((parts) => parts.join('@'))
  const folder = path.join(tmpdir(), `kyozo-neighbours-${Object.values(neighbours).join('-')}`)
  if (existsSync(path.join(folder, 'installed'))) return folder
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'package.json'), '{"private":true}')
  try {
    await typed(folder, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...wanted)
  } catch (error) {
    throw new Error(`${wanted.join(', ')} could not be installed, so there is nothing to compare with`, { cause: error })
  }
  await writeFile(path.join(folder, 'installed'), '')
  return folder
}

export async function loadNeighbours(folder: string): Promise<Record<Neighbour, Detect>> {
  const resolver = createRequire(path.join(folder, 'package.json'))
  const load = async (name: string) => (await import(pathToFileURL(resolveIn(folder, name, resolver)).href)) as Exports
  const [netlify, vercel, frameworks, specfy] = await Promise.all(
    ['@netlify/build-info/node', '@vercel/fs-detectors', '@vercel/frameworks', '@specfy/stack-analyser'].map(load),
  )
  await load('@specfy/stack-analyser/dist/autoload.js')
  return {
    '@netlify/build-info': (projectDir) => call(netlify, 'getBuildInfo', { projectDir, featureFlags: {} }),
    '@vercel/fs-detectors': async (at) => {
      const fs = create(vercel, 'LocalFileSystemDetector', at) as { chdir(folder: string): unknown }
      const frameworkList = named(frameworks, 'frameworkList')
      const paths = (await call(vercel, 'getProjectPaths', { fs })) as string[]
      const places = paths.length === 0 ? ['/'] : paths
      return Promise.all(places.map((place) => call(vercel, 'detectFrameworks', { fs: fs.chdir(place), frameworkList })))
    },
    '@specfy/stack-analyser': (at) => call(specfy, 'analyser', { provider: create(specfy, 'FSProvider', { path: at }) }),
  }
}

type Exports = Readonly<Record<string, unknown>>

/** By the conditions of `import`, which a plain resolver does not know. */
function resolveIn(folder: string, name: string, resolver: NodeJS.Require): string {
  try {
    return resolver.resolve(name)
  } catch {
    const base = name.split('/').slice(0, 2).join('/')
    const home = path.join(folder, 'node_modules', base)
    const { exports = {}, main = 'index.js' } = resolver(path.join(home, 'package.json')) as Manifest
    const entry = exports[name === base ? '.' : `.${name.slice(base.length)}`] ?? main
    return path.join(home, typeof entry === 'string' ? entry : (entry.import ?? entry.default ?? main))
  }
}

interface Manifest {
  readonly exports?: Readonly<Record<string, string | { readonly import?: string; readonly default?: string }>>
  readonly main?: string
}

function call(module: Exports | undefined, name: string, subject: unknown): Promise<unknown> {
  return (named(module, name) as (subject: unknown) => Promise<unknown>)(subject)
}

function create(module: Exports | undefined, name: string, subject: unknown): unknown {
  return new (named(module, name) as new (subject: unknown) => unknown)(subject)
}

function named(module: Exports | undefined, name: string): unknown {
  return module?.[name] ?? (module?.default as Exports | undefined)?.[name]
}

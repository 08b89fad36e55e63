// Pages that another program sends: what is built here lands in its folder, or in its image.
import type { Sign } from '../claim.ts'
import { developmentDockerfile } from '../development.ts'
import { findDockerfile } from '../dockerfiles.ts'
import { landmarksOf } from '../landmarks.ts'
import { perRepository } from '../memo.ts'
import { configTexts } from '../nodejs/kind.ts'
import type { PackageJson } from '../nodejs/package-json.ts'
import { ancestorsOf, baseName, isWithin, joinPath, parentOf, resolvePath } from '../paths.ts'
import type { DockerfileFacts } from '../reading/dockerfile.ts'
import type { Folder, Repository } from '../repository.ts'
import type { ServiceType } from '../topology.ts'

export function builtIntoSigns(folder: Folder, manifest: PackageJson | undefined, repository: Repository): Sign[] {
  if (folder.path === '.') return []
  const target = manifest && targetElsewhere(folder, manifest, repository)
  if (manifest !== undefined && target !== undefined)
    return [{ ...manifest.at('scripts/build', `is built into ${target}`), weight: -0.3, role: 'asset' }]
  const facts = findDockerfile(folder, repository) === undefined ? imageAround(folder.path, repository) : undefined
  if (facts === undefined) return []
  return [
    { path: facts.path, line: facts.evidence.line ?? 1, fact: 'is built into the image of another program', weight: -0.7, role: 'asset' },
  ]
}

const inScript = /(?:--out(?:-?[dD]ir|put(?:-?[pP]ath)?)?|--dest|--dist-dir|\s-[do])[=\s]{1,2}["']?(\.\.\/[\w./-]{1,100})|\b(?:cp|mv|rsync)\s[^&|;]{1,100}\s["']?(\.\.\/[\w./-]{1,100})/g // biome-ignore format: one pattern
const inConfig = /\b(?:outDir|outputDir|outputPath|assetsDir|path)\s{0,4}:\s{0,4}(?:path\.)?(?:(?:resolve|join)\s{0,4}\(\s{0,4}__dirname\s{0,4},\s{0,4})?['"](\.\.\/[\w./-]{1,100})['"]/g // biome-ignore format: one pattern
/** A path put together in a configuration; only one to where a server's files lie says something. */
const joined = /\b(?:resolve|join)\s{0,4}\([^)'"\n]{0,60}['"](\.\.\/[\w./-]{1,100})['"]/g
const builderConfigs = ['vite.config', 'vue.config', 'webpack.config', 'webpack.prod', 'rsbuild.config', 'nuxt.config', 'svelte.config', 'astro.config', 'next.config'] // biome-ignore format: a list

/** Folders that a server sends files from. */
const servedFolders = /(?:^|\/)(?:static|public|wwwroot|templates|assets|priv|resources|webroot|public_html|views)(?:\/|$)/

const sentFolders = /(?:^|\/)(?:static|wwwroot|public_html|webroot|priv)(?:\/|$)/

/** A folder beside this one that its build writes to; where all results of a workspace land is none of them. */
function targetElsewhere(folder: Folder, manifest: PackageJson, repository: Repository): string | undefined {
  const scripts = [...manifest.scripts].filter(([name]) => /build|generate|export/.test(name)).map(([, command]) => command)
  const configs = configTexts(builderConfigs, folder, repository)
  const written = [
    ...scripts.flatMap((script) => [...script.slice(0, 500).matchAll(inScript)].map(([, option, copied]) => option ?? copied ?? '')),
    ...configs.flatMap((text) => [...text.matchAll(inConfig)].map(([, path = '']) => path)),
    ...configs.flatMap((text) => [...text.matchAll(joined)].map(([, path = '']) => path).filter((path) => sentFolders.test(path))),
  ]
  return written
    .slice(0, targetsLimit)
    .map((path) => resolvePath(folder.path, path.replace(/\/$/, '')))
    .find((path) => path !== undefined && !isWithin(path, folder.path) && isServedBeside(path, folder.path, repository))
}

const targetsLimit = 20

function isServedBeside(target: string, folder: string, { tree }: Repository): boolean {
  const existing = [target, ...ancestorsOf(target)].find((path) => tree.folders.has(path) || path === '.') ?? '.'
  if (!isWithin(folder, existing)) return true
  return servedFolders.test(existing === '.' ? target : target.slice(existing.length + 1))
}

/** Images of programs, with what each takes from stages that build something else. */
const programImages = perRepository((_, repository): readonly DockerfileFacts[] =>
  landmarksOf(repository)
    .dockerfiles.filter((path) => developmentDockerfile(path) === undefined)
    .slice(0, imagesLimit)
    .flatMap((path) => repository.read.dockerfile(path) ?? [])
    .filter(({ language, parts }) => language !== undefined && !serversOfFiles.has(language) && parts.length > 0),
)

const imagesLimit = 60
const serversOfFiles: ReadonlySet<ServiceType> = new Set(['static_site', 'proxy', 'database'])

/** The image of a program that a Dockerfile elsewhere makes, with the pages that one of its stages builds of this folder. */
function imageAround(folder: string, repository: Repository): DockerfileFacts | undefined {
  return programImages('.', repository).find(({ path, parts, sources }) => {
    const contexts = [...new Set([parentOf(path), parentOf(parentOf(path)), '.'])]
    return contexts.some((context) => {
      const isOwn = (source: string) => isWithin(joinPath(context, source), folder)
      if (sources.every((source) => isOwn(source.path))) return false
      return parts.some(
        (part) =>
          part.sources.some((source) => joinPath(context, source) === folder) &&
          (part.sources.every(isOwn) || part.taken.some((taken) => taken.split('/').includes(baseName(folder)))),
      )
    })
  })
}

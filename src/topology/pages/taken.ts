// Pages that a program elsewhere takes: a stage of its image builds them, or its folder of static files is where they are put.
import { developmentDockerfile } from '../development.ts'
import { findDockerfile } from '../dockerfiles.ts'
import { landmarksOf } from '../landmarks.ts'
import { perRepository } from '../memo.ts'
import { configTexts } from '../nodejs/kind.ts'
import { ancestorsOf, baseName, isWithin, joinPath, parentOf, resolvePath } from '../paths.ts'
import type { DockerfileFacts } from '../reading/dockerfile.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence, ServiceType } from '../topology.ts'

export function takenByProgram(folder: Folder, repository: Repository): Evidence | undefined {
  const image = findDockerfile(folder, repository) === undefined ? imageAround(folder.path, repository) : undefined
  if (image !== undefined) return { ...image.evidence, fact: 'is built into the image of another program' }
  return sentBy(folder, repository)
}

/** A path put together in a configuration. */
const joined = /\b(?:resolve|join)\s{0,4}\([^)'"\n]{0,60}['"](\.\.\/[\w./-]{1,100})['"]/g
const builderConfigs = ['vite.config', 'vue.config', 'webpack.config', 'webpack.prod', 'rsbuild.config', 'nuxt.config', 'svelte.config', 'astro.config'] // biome-ignore format: a list

/** Folders that only what servers send lies in. */
const sentFolders = /(?:^|\/)(?:static|wwwroot|public_html|webroot|priv)(?:\/|$)/

function sentBy(folder: Folder, repository: Repository): Evidence | undefined {
  if (!folder.files.has('package.json')) return undefined
  const paths = configTexts(builderConfigs, folder, repository).flatMap((text) => [...text.matchAll(joined)].map(([, path = '']) => path))
  const target = paths
    .slice(0, targetsLimit)
    .map((path) => resolvePath(folder.path, path.replace(/\/$/, '')))
    .find((path) => path !== undefined && isSentBeside(path, folder.path, repository))
  return target === undefined ? undefined : { path: joinPath(folder.path, 'package.json'), fact: `is built into ${target}` }
}

const targetsLimit = 20

/** A folder of static files in a part of the repository that does not hold this folder. */
function isSentBeside(target: string, folder: string, { tree }: Repository): boolean {
  const existing = [target, ...ancestorsOf(target)].find((path) => tree.folders.has(path)) ?? '.'
  return sentFolders.test(target) && !isWithin(target, folder) && !isWithin(folder, existing)
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

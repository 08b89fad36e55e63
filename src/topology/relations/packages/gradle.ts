// Projects of a Gradle build that depend on one another: `implementation(project(":common"))`.
import { ancestorsOf, joinPath } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { Ecosystem, FolderUse } from './ecosystem.ts'
import { usesIn } from './manifest-uses.ts'

const scripts = ['build.gradle', 'build.gradle.kts']
const settings = ['settings.gradle', 'settings.gradle.kts']

export const gradle: Ecosystem = {
  uses: (repository) =>
    repository
      .foldersWith(...scripts)
      .flatMap(({ path, files }) => scripts.flatMap((name) => (files.has(name) ? usesOf({ folder: path, name }, repository) : []))),
}

function usesOf({ folder, name }: { folder: string; name: string }, repository: Repository): FolderUse[] {
  const root = [folder, ...ancestorsOf(folder)].find((path) => settings.some((file) => repository.folders.get(path)?.files.has(file)))
  if (root === undefined) return []
  const pattern =
    /\b(?:implementation|api|compileOnly|runtimeOnly|compile|kapt|annotationProcessor)\b[\s(]{1,8}project\s{0,4}\(?\s{0,4}(?:path\s{0,4}[:=]\s{0,4})?["']:([\w:.-]{1,150})["']/g
  const targetOf = (project: string) => {
    const target = joinPath(root, project.replaceAll(':', '/'))
    return repository.folders.has(target) ? target : undefined
  }
  return usesIn({ folder, name, pattern, targetOf }, repository)
}

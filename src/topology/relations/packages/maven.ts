// Modules of a Maven build that depend on one another: a dependency whose artifact another pom.xml of the repository makes.
import { dependenciesOf, pomsByArtifact, readPom } from '../../languages/java/maven-model.ts'
import { textAt } from '../../reading/xml.ts'
import type { Repository } from '../../repository.ts'
import type { Ecosystem, FolderUse } from './ecosystem.ts'

export const maven: Ecosystem = {
  uses: (repository) => repository.foldersWith('pom.xml').flatMap(({ path }) => usesOf(path, repository)),
}

function usesOf(folder: string, repository: Repository): FolderUse[] {
  const made = pomsByArtifact('', repository)
  const pom = made.size < 2 ? undefined : readPom(folder, repository)
  if (pom === undefined) return []
  return dependenciesOf(pom).flatMap(({ pom: from, element }): FolderUse[] => {
    const used = made.get(textAt(element, 'artifactId') ?? '')
    // An artifact of the same name by somebody else is not the module.
    if (used === undefined || used.folder === folder || !isSameGroup(textAt(element, 'groupId'), used.groupId)) return []
    return [{ from: folder, folder: used.folder, evidence: { path: from.path, line: element.line, fact: `uses ${used.folder}` } }]
  })
}

function isSameGroup(written: string | undefined, group: string | undefined): boolean {
  return written === undefined || written.startsWith('${') || group === undefined || written === group
}

import { type Claim, compare, type Detector, type Sign } from '../claim.ts'
import { type ComposeName, chooseComposeFile, composeNames } from '../compose/facts/file-names.ts'
import { isProject, objectionTo } from '../compose/facts/purpose.ts'
import { type ComposeFacts, readCompose } from '../compose-file.ts'
import { perRepository } from '../memo.ts'
import { joinPath } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'

/** A user's compose file. The services that it runs from the repository's folders are added beside it (services.ts). */
export const composeStack: Detector = {
  type: 'compose_stack',
  title: 'Compose stack',
  marks: [
    ...composeNames,
    'compose*',
    'docker-compose*',
    'podman-compose*',
    'docker-stack*',
    '*compose.yaml',
    '*compose.yml',
    '*stack.yml',
  ],
  claim(folder, repository): Claim | undefined {
    const name = chooseComposeFile(folder.files)
    if (name === undefined || !foldersRead('', repository).has(folder.path)) return undefined
    const file = joinPath(folder.path, name.name)
    const facts = readCompose(file, repository)
    // A name other than Compose's own is taken for a compose file only for what is in it.
    if (name.kind !== 'main' && (facts === undefined || facts.services.length === 0)) return undefined
    return {
      type: 'compose_stack',
      hasManifest: true,
      signs: signsOf(facts, { file, name, folder, repository }),
      spec: { facts: { composeFile: file, services: facts?.services.map((service) => service.name) ?? [] } },
      dependencies: [],
      imports: [],
      addresses: [],
      reads: [],
    }
  },
}

/** Folders whose compose files are read. Each may hold a hundred services, and one file may lie in thousands of folders for the price of one. */
const foldersLimit = 100

/** The outer ones first: who has more has collected examples. */
const foldersRead = perRepository((_: string, repository): ReadonlySet<string> => {
  const found = repository.foldersWith('*.yaml', '*.yml').filter(({ files }) => chooseComposeFile(files) !== undefined)
  if (found.length > foldersLimit)
    repository.warn(`${found.length} folders hold compose files; only those of the ${foldersLimit} outermost are read.`)
  const depth = ({ path }: Folder) => (path === '.' ? 0 : path.split('/').length)
  const outer = [...found].sort((a, b) => depth(a) - depth(b) || compare(a.path, b.path)).slice(0, foldersLimit)
  return new Set(outer.map(({ path }) => path))
})

interface Place {
  readonly file: string
  readonly name: ComposeName
  readonly folder: Folder
  readonly repository: Repository
}

function signsOf(facts: ComposeFacts | undefined, { file, name, folder, repository }: Place): Sign[] {
  const objection = facts === undefined ? undefined : objectionTo(facts, { name, folder: folder.path }, repository)
  return [
    { path: file, line: 1, fact: name.name, weight: name.kind === 'main' ? 0.8 : 0.6 },
    ...(facts?.services ?? []).slice(0, 3).map(({ evidence }) => ({ ...evidence, weight: 0.4 })),
    ...(objection === undefined
      ? []
      : [{ ...objection.evidence, fact: objection.fact, weight: -0.9, ...roleOf(folder, repository, facts) }]),
  ]
}

/** A folder with a language's project is what the project is; the compose file beside it is only why it is no stack. */
function roleOf(folder: Folder, repository: Repository, facts: ComposeFacts | undefined): Pick<Sign, 'role'> {
  if (isProject(folder.path, repository)) return {}
  return { role: (facts?.services.length ?? 0) === 0 ? 'unknown' : 'tooling' }
}

// The services of compose files as workloads: of the files that are stacks, and of the variants beside them that add services of their own.
import { isProject } from '../../compose/facts/purpose.ts'
import { type ComposeFacts, type ComposeServiceFacts, readCompose } from '../../compose-file.ts'
import { cutWithWarning } from '../../cut.ts'
import { developmentPart } from '../../development.ts'
import { joinPath, parentOf } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import { folderOfBuild } from '../../services.ts'
import type { Decision } from '../../weigh.ts'
import type { Workload } from './workload.ts'

export interface ComposeInput {
  readonly stacks: readonly ComposeFacts[]
  readonly decision: Decision
  readonly repository: Repository
}

export function composeWorkloads({ stacks, decision, repository }: ComposeInput): Workload[] {
  const read = new Set(stacks.flatMap(({ file, files }) => [file, ...files.filter((name) => !overrideName.test(name))]))
  const own = stacks.flatMap(({ file, services }) => services.map((service) => workloadOf(service, { file, isStack: true, decision })))
  const variants = variantFiles(read, repository)
  const added = variants.flatMap((file) => {
    const known = new Set(own.filter((workload) => parentOf(workload.file) === parentOf(file)).map(({ name }) => name))
    const services = readCompose(file, repository)?.services ?? []
    return services.filter(({ name }) => !known.has(name)).map((service) => workloadOf(service, { file, isStack: false, decision }))
  })
  return [...own, ...added]
}

const overrideName = /(?:^|[/.])override\.ya?ml$/

/** Variants read in one repository. */
const variantsLimit = 12

const variantName = /^(?:[a-z0-9]{1,30}[.-])?(?:docker-)?compose(?:[._-][a-z0-9]{1,30}){0,3}\.ya?ml$/i

/** What is for working on the code, or kyozo's own. */
const otherPurposes = /(?:^|[._-])(?:dev|devel|development|local|tests?|testing|ci|e2e|debug|bench|kyozo|lint|build)(?:[._-]|$)/i

/** Those that are no stack of their own. */
function variantFiles(read: ReadonlySet<string>, repository: Repository): readonly string[] {
  const found = repository
    .foldersWith('*.yml', '*.yaml')
    .filter(({ path }) => developmentPart(path, { isWhole: isProject(path, repository) }) === undefined)
    .flatMap((folder) => [...folder.files].filter((name) => isVariant(name)).map((name) => joinPath(folder.path, name)))
    .filter((file) => !read.has(file))
    .sort()
  return cutWithWarning(found, { limit: variantsLimit, what: 'further compose files' }, repository)
}

function isVariant(name: string): boolean {
  return name.length <= 100 && variantName.test(name) && !otherPurposes.test(name)
}

interface Place {
  readonly file: string
  readonly isStack: boolean
  readonly decision: Decision
}

function workloadOf(service: ComposeServiceFacts, { file, isStack, decision }: Place): Workload {
  const { name, containerName, aliases, image, build, dependsOn, links, environment, published, evidence } = service
  return {
    file,
    name,
    hosts: [name, ...(containerName === undefined ? [] : [containerName]), ...aliases],
    image,
    folders: [...(build === undefined ? [] : [folderOfBuild(build, decision), build.context]), ...workingFolders(service)],
    dependsOn: [...dependsOn, ...links],
    addresses: [
      ...environment.map(({ name: variable, value, evidence: at }) => ({ variable, value, evidence: at, from: 'compose' as const })),
      ...addressesInCommand(service),
    ],
    published,
    isStack,
    isForDevelopers: overrideName.test(file),
    evidence,
  }
}

/** Addresses in a command that are looked at. */
const addressesLimit = 20

/** `--backend http://api:3000` says as clearly as a variable whom the program asks. */
function addressesInCommand({ name, command, entrypoint, evidence }: ComposeServiceFacts): Workload['addresses'] {
  const line = `${entrypoint ?? ''} ${command ?? ''}`.slice(0, 4000)
  const found = [...line.matchAll(/\b[a-z][a-z+]{1,20}:\/\/[\w.@:-]{1,100}(?:\/[\w./?=&%-]{0,200})?/g)].slice(0, addressesLimit)
  return found.map(([value]) => ({ value, evidence: { ...evidence, fact: `command of ${name}` }, from: 'compose' as const }))
}

/** A development image runs the folder that is mounted where it works. */
function workingFolders({ workingDir, mounts }: ComposeServiceFacts): string[] {
  return mounts.flatMap(({ path, target }) => {
    if (workingDir === undefined || !(workingDir === target || workingDir.startsWith(`${target}/`))) return []
    const rest = workingDir.slice(target.length + 1)
    return [rest === '' ? path : joinPath(path, rest)]
  })
}

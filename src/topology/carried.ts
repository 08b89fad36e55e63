// Programs that another service's image already runs: a member of a workspace is no second service beside the root that is built and started.
import { isStack } from './claim.ts'
import { statementsAbout } from './declared/statements.ts'
import { findDockerfile } from './dockerfiles.ts'
import { baseName, isWithin } from './paths.ts'
import type { Repository } from './repository.ts'
import type { Candidate } from './weigh.ts'

interface Carried extends Candidate {
  readonly compose?: unknown
}

/** The services without those that the image of one above them stands for. */
export function withoutCarried<T extends Carried>(found: readonly T[], repository: Repository): T[] {
  return found.filter((service) => !isAlone(service, repository) || !found.some((other) => carries(other, service, repository)))
}

/** Whether nothing says that the folder is run for itself. */
function isAlone({ path, claim, compose }: Carried, repository: Repository): boolean {
  const folder = repository.folders.get(path)
  if (compose !== undefined || path === '.' || isStack(claim.type) || folder === undefined) return false
  if (statementsAbout(path, repository).length > 0) return false
  return (
    claim.type === 'containerized' || (typeof claim.spec.facts?.binary === 'string' && findDockerfile(folder, repository) === undefined)
  )
}

function carries(other: Candidate, { path, claim }: Candidate, repository: Repository): boolean {
  if (other.path === path || isStack(other.claim.type)) return false
  // Another image of the same program: for another system, for whoever measures it. Only a telling name is known from afar.
  if (claim.type === 'containerized') {
    const program = claim.spec.start === undefined ? undefined : programOf(claim.spec.start)
    const isTelling = isWithin(path, other.path) || (program === baseName(other.path) && !usualNames.has(program))
    return program !== undefined && isTelling && program === other.claim.spec.facts?.binary
  }
  if (!isWithin(path, other.path)) return false
  if (other.claim.type !== claim.type && other.claim.type !== 'containerized') return false
  const home = repository.folders.get(other.path)
  const command = home && findDockerfile(home, repository)?.command
  if (command === undefined) return false
  const { binary, workspaceRoot } = claim.spec.facts ?? {}
  const listens = claim.signs.some(({ fact }) => fact.startsWith('listens: '))
  return programOf(command.text) === binary || (workspaceRoot === other.path && !listens)
}

/** Names that programs of any folder go by. */
const usualNames = new Set(['app', 'main', 'server', 'service', 'api', 'web', 'worker', 'backend', 'frontend', 'gateway', 'run', 'start'])

/** `/usr/bin/server --port 80` runs `server`. */
function programOf(command: string): string | undefined {
  const words = command.split(/\s{1,4}/, 8).map((word) => word.slice(word.lastIndexOf('/') + 1))
  return words.find((word) => !/^(?:tini|dumb-init|exec|sh|bash|ash|env|--|-\w{1,4}|\w{1,64}=.{0,200})$/.test(word))
}

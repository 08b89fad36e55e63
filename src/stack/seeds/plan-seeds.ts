// What the databases of a preview begin with: decided from what the branch that rules it says, what the commit runs and which volumes are missing.
import type { Seed } from '../../topology/declaration/preview-rules.ts'
import type { StackService, StackSpec } from '../stack.ts'
import { type SeededKind, seededKindOf } from './clients.ts'

export interface SeedFacts {
  /** By service, as kyozo.yaml of that branch says. */
  readonly seeds: Readonly<Record<string, Seed>>
  /** As people call it. */
  readonly branch: string
  readonly stack: Pick<StackSpec, 'services' | 'document' | 'sharing'>
  readonly isFork: boolean
  /** Volumes of the stack that are not there. */
  readonly missing: ReadonlySet<string>
  /** Services that the preview runs already: what they have stays as it is. */
  readonly live: ReadonlySet<string>
  /** Services that run of that branch: a pull request may do without one. */
  readonly ofBranch: ReadonlySet<string>
  /** Whether that branch has a file there. */
  readonly hasFile: (path: string) => boolean
}

/** A database whose volume has to be made, and what it is filled with. */
export interface PlannedSeed {
  readonly service: string
  readonly kind: SeededKind
  readonly volume: string
  readonly from: Seed
  /** `db/seed.sql of main`, or `staging`. */
  readonly source: string
}

export interface SeedProblem {
  readonly service: string
  readonly message: string
  readonly hint: string
}

export interface SeedPlan {
  readonly seeds: readonly PlannedSeed[]
  readonly problems: readonly SeedProblem[]
  /** What is left out, and why. */
  readonly remarks: readonly string[]
}

type Decided = { readonly seed: PlannedSeed } | { readonly problem: SeedProblem } | { readonly remark: string } | undefined

export function planSeeds(facts: SeedFacts): SeedPlan {
  const decided = Object.entries(facts.seeds).map(([service, from]) => decide(facts, service, from))
  return {
    seeds: decided.flatMap((one) => (one !== undefined && 'seed' in one ? [one.seed] : [])),
    problems: decided.flatMap((one) => (one !== undefined && 'problem' in one ? [one.problem] : [])),
    remarks: decided.flatMap((one) => (one !== undefined && 'remark' in one ? [one.remark] : [])),
  }
}

function decide(facts: SeedFacts, service: string, from: Seed): Decided {
  // Of what the preview does not run itself has been said that it does not.
  if (facts.stack.sharing?.services.some(({ name, kind }) => name === service && kind !== 'run')) return undefined
  const spec = facts.stack.services.find(({ name }) => name === service)
  const { branch, live } = facts
  if (spec === undefined) return withoutService(facts, service)
  const kind = seededKindOf(spec)
  const volume = kind === undefined ? undefined : dataVolumeOf(spec, kind, facts.stack.document)
  if (kind === undefined || volume === undefined) {
    if (live.has(service)) return undefined
    return { problem: kind === undefined ? noDatabase(spec, branch) : noVolume(service) }
  }
  if (!facts.missing.has(volume)) return undefined
  if ('template' in from && facts.isFork) return { remark: `${service} begins empty: a fork gets no copy of ${from.template}` }
  const source = 'dump' in from ? `${from.dump} of ${branch}` : from.template
  const problem = 'dump' in from ? fileProblem(facts, { service, kind, path: from.dump }) : undefined
  return problem === undefined ? { seed: { service, kind, volume, from, source } } : { problem }
}

function withoutService({ branch, live, ofBranch }: SeedFacts, service: string): Decided {
  if (ofBranch.has(service)) return { remark: `${service} is not seeded: this commit does without it` }
  if (live.size > 0) return { remark: `${service} is not seeded: there is no such service` }
  const message = `previews.seed of ${branch} names ${service}, and there is no such service`
  return { problem: { service, message, hint: `correct the name in kyozo.yaml of ${branch}; \`kyozo analyze\` lists the services` } }
}

function noDatabase({ name, image, build }: StackService, branch: string): SeedProblem {
  const runs = build === undefined ? `it runs ${image}` : 'it is built on no image of one'
  return {
    service: name,
    message: `${name} cannot be seeded: it is no PostgreSQL, MySQL, MariaDB or MongoDB that kyozo knows, ${runs}`,
    hint: `take it out of previews.seed in kyozo.yaml of ${branch}, and let a service that runs once fill it`,
  }
}

function noVolume(service: string): SeedProblem {
  const message = `${service} cannot be seeded: it keeps its data in no volume, so each new container would begin empty`
  return { service, message, hint: 'mount a named volume where the image keeps its data' }
}

const names: Readonly<Record<SeededKind, string>> = { postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB', mongodb: 'MongoDB' }

function fileProblem(
  { branch, hasFile }: SeedFacts,
  { service, kind, path }: { readonly service: string; readonly kind: SeededKind; readonly path: string },
): SeedProblem | undefined {
  const endings = kind === 'mongodb' ? ['.js'] : ['.sql', '.sql.gz']
  if (!endings.some((ending) => path.endsWith(ending))) {
    const message = `${service} cannot be seeded from ${path} of ${branch}: ${names[kind]} is seeded from ${endings.join(' and ')} files`
    return { service, message, hint: `name such a file in kyozo.yaml of ${branch}` }
  }
  if (hasFile(path)) return undefined
  const message = `${service} cannot be seeded: ${branch} has no file ${path}`
  return {
    service,
    message,
    hint: `commit it to ${branch}, or correct its path in kyozo.yaml there; a pull request's own file is not taken`,
  }
}

/** Where images keep data. */
const dataFolders: Readonly<Record<SeededKind, readonly string[]>> = {
  postgres: ['/var/lib/postgresql', '/bitnami/postgresql', '/home/postgres'],
  mysql: ['/var/lib/mysql', '/bitnami/mysql'],
  mariadb: ['/var/lib/mysql', '/bitnami/mariadb'],
  mongodb: ['/data/db', '/bitnami/mongodb'],
}

/** Of several the one that is mounted where the data is. */
function dataVolumeOf({ name, volumes }: StackService, kind: SeededKind, document: StackSpec['document']): string | undefined {
  if (volumes.length < 2) return volumes[0]
  const mounts = document.services[name]?.volumes
  const held = (Array.isArray(mounts) ? mounts : []).find(
    ({ source, target }: { readonly source?: unknown; readonly target?: unknown }) =>
      volumes.includes(String(source)) && dataFolders[kind].some((folder) => `${String(target)}/`.startsWith(`${folder}/`)),
  ) as { readonly source?: unknown } | undefined
  return held === undefined ? undefined : String(held.source)
}

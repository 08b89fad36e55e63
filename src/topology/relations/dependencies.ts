// The links of a topology as the services' dependencies.

import type { DeclarationFile } from '../declaration/declaration.ts'
import { findDockerfile } from '../dockerfiles.ts'
import type { Repository } from '../repository.ts'
import { composeFilesOf, type Draft } from '../services.ts'
import type { Undependent } from '../specify.ts'
import type { BackingKind, ServiceSpec } from '../topology.ts'
import type { Decision } from '../weigh.ts'
import { backingOfImage } from './kinds.ts'
import { type Link, type LinkInput, type Links, linkServices } from './links.ts'
import { loosenCycles } from './order.ts'
import type { Packages } from './packages.ts'
import { findReads } from './reads.ts'

export interface LinkContext {
  readonly decision: Decision
  readonly declared: DeclarationFile
  readonly repository: Repository
  readonly packages: Packages
}

/** Throws `dependency_cycle`, but only once every text is there. */
export function linkDrafts(drafts: readonly Draft[], context: LinkContext): Links {
  const { decision, declared, repository, packages } = context
  const linked = linkServices({
    drafts,
    declared,
    repository,
    composeFiles: composeFilesOf(decision, repository),
    sharedNeeds: (draft) => sharedNeeds(draft, { decision, repository, packages }),
    providers: findProviders(drafts, repository),
  })
  return repository.tree.wanted.size > 0 ? linked : { ...linked, links: loosenCycles(linked.links) }
}

/** The drivers and addresses of shared code count for whoever is built from it. */
function sharedNeeds(
  draft: Draft,
  { decision, repository, packages }: Omit<LinkContext, 'declared'>,
): ReturnType<LinkInput['sharedNeeds']> {
  const claims = findReads(draft, { repository, packages }).shared.flatMap(({ folder }) =>
    (decision.claims.get(folder) ?? []).filter(({ type }) => type === draft.claim.type),
  )
  return {
    dependencies: claims.flatMap((claim) => claim.dependencies),
    imports: claims.flatMap((claim) => claim.imports),
    addresses: claims.flatMap((claim) => claim.addresses),
  }
}

/** A folder whose own image is a database stands in for the one that would be added. */
function findProviders(drafts: readonly Draft[], repository: Repository): ReadonlyMap<BackingKind, string> {
  const providers = new Map<BackingKind, string>()
  for (const { name, path, claim } of drafts) {
    const folder = claim.type === 'containerized' ? repository.folders.get(path) : undefined
    const kind = folder === undefined ? undefined : backingOfImage(findDockerfile(folder, repository)?.base)
    if (kind !== undefined && !providers.has(kind)) providers.set(kind, name)
  }
  return providers
}

export function dependenciesOf(service: Undependent, links: readonly Link[]): ServiceSpec {
  const own = links.filter(({ from }) => from === service.name)
  const needed = new Set(
    own.filter(({ kind }) => kind === 'requires').flatMap(({ connections }) => connections.map(({ variable }) => variable)),
  )
  return {
    ...service,
    // A variable that carries the address of something required is required, unless the repository states a value.
    environment: service.environment.map((variable) =>
      needed.has(variable.name) && variable.value === undefined ? { ...variable, required: true } : variable,
    ),
    dependsOn: own.map(({ to, kind, connections, evidence }) => {
      const [connection] = connections
      return {
        service: to,
        kind,
        ...(connection === undefined ? {} : { connection }),
        ...(connections.length > 1 ? { connections } : {}),
        evidence,
      }
    }),
  }
}

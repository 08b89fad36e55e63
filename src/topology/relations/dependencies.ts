// The links of a topology as the services' dependencies.

import type { ComposeFacts } from '../compose-file.ts'
import type { DeclarationFile } from '../declaration/declaration.ts'
import { findDockerfile } from '../dockerfiles.ts'
import { toLabel } from '../naming.ts'
import { printable } from '../paths.ts'
import type { Repository } from '../repository.ts'
import { composeFilesOf, type Draft } from '../services.ts'
import type { Undependent } from '../specify.ts'
import type { BackingKind, BackingService, ServiceSpec } from '../topology.ts'
import type { Decision } from '../weigh.ts'
import type { NeedInput } from './backing.ts'
import { configurationOf } from './configuration/readers.ts'
import { withDriverCalls } from './driver-calls.ts'
import { backingOfImage } from './kinds.ts'
import { type Link, type Links, linkServices, type Provider } from './links.ts'
import { describeCycle, loosenCycles } from './order.ts'
import type { Packages } from './packages.ts'
import { findReads } from './reads.ts'
import { aspireWorkloads } from './workloads/aspire.ts'
import { composeWorkloads } from './workloads/compose.ts'
import { daprWorkloads } from './workloads/dapr.ts'
import { helmWorkloads } from './workloads/helm.ts'
import { kubernetesWorkloads } from './workloads/kubernetes.ts'

export interface LinkContext {
  readonly decision: Decision
  readonly declared: DeclarationFile
  readonly repository: Repository
  readonly packages: Packages
}

/** Throws `dependency_cycle`, but only once every text is there. */
export function linkDrafts(drafts: readonly Draft[], context: LinkContext): Links {
  const { decision, declared, repository, packages } = context
  const stacks = withoutLeftOut(composeFilesOf(decision, repository), drafts)
  const inputs = new Map(drafts.map((draft) => [draft, needInputs(draft, { decision, repository, packages })]))
  const linked = linkServices({
    drafts,
    declared,
    repository,
    packages,
    workloads:
      drafts.length === 0
        ? []
        : [
            ...composeWorkloads({ stacks, decision, repository }),
            ...kubernetesWorkloads(repository),
            ...helmWorkloads(repository),
            ...aspireWorkloads(repository),
            ...daprWorkloads(repository),
          ],
    composed: composedBacking(stacks, drafts),
    needInputs: (draft) => inputs.get(draft) ?? [],
    providers: findProviders(drafts, repository),
  })
  if (repository.tree.wanted.size > 0) return linked
  const { links, cycles } = loosenCycles(linked.links)
  for (const cycle of cycles) repository.warn(describeCycle(cycle))
  return { ...linked, links }
}

/** What kyozo.yaml leaves out of a stack nobody has. */
function withoutLeftOut(stacks: readonly ComposeFacts[], drafts: readonly Draft[]): readonly ComposeFacts[] {
  const leftOut = new Map(drafts.map(({ claim: { spec } }) => [spec.facts?.composeFile, spec.facts?.leftOut]))
  return stacks.map((facts) => {
    const names = leftOut.get(facts.file)
    return Array.isArray(names) ? { ...facts, services: facts.services.filter(({ name }) => !names.includes(name)) } : facts
  })
}

/** Images of known databases in compose files are backing services under the names that the file gives them, as DNS labels. */
function composedBacking(stacks: readonly ComposeFacts[], drafts: readonly Draft[]): BackingService[] {
  const taken = new Set(drafts.map(({ name }) => name))
  return stacks.flatMap(({ file, services }) =>
    services.flatMap(({ name: service, image, build, evidence, isProfiled }): BackingService[] => {
      const kind = build === undefined && !isProfiled ? backingOfImage(image) : undefined
      const name = toLabel(service)
      if (kind === undefined || taken.has(name)) return []
      taken.add(name)
      return [{ name, kind, evidence: [{ ...evidence, fact: `image ${printable(image ?? '')}` }], compose: { file, service } }]
    }),
  )
}

/** What a service is and what its shared code is count alike; a Dockerfile's folder is in the language that lies in it. */
function needInputs(draft: Draft, { decision, repository, packages }: Omit<LinkContext, 'declared'>): NeedInput[] {
  const { claim, path } = draft
  const { addresses, configured, keepsOwn } = configurationOf(path, repository)
  const others = claim.type === 'containerized' ? (decision.claims.get(path) ?? []).filter(({ type }) => type !== claim.type) : []
  const shared = findReads(draft, { repository, packages }).shared.flatMap(({ folder }) => [
    ...(decision.claims.get(folder) ?? []).filter(({ type }) => type === claim.type),
  ])
  const sharedFolders = findReads(draft, { repository, packages }).shared.map(({ folder }) => configurationOf(folder, repository))
  const whole: NeedInput = {
    type: claim.type,
    framework: claim.spec.framework,
    dependencies: [claim, ...shared].flatMap((one) => one.dependencies),
    imports: [claim, ...shared].flatMap((one) => one.imports),
    addresses: withDriverCalls([...[claim, ...shared].flatMap((one) => one.addresses), ...addresses], repository),
    configured: [...configured, ...sharedFolders.flatMap((folder) => folder.configured)],
    keepsOwn,
  }
  const beside = others.map(({ type, spec, dependencies, imports, addresses: stated }) => ({
    type,
    framework: spec.framework,
    dependencies,
    imports,
    addresses: stated,
  }))
  return [whole, ...beside]
}

/** A folder whose own image is a database stands in for the one that would be added. */
function findProviders(drafts: readonly Draft[], repository: Repository): Provider[] {
  return drafts.flatMap(({ name, path, claim }): Provider[] => {
    const isImage = claim.type === 'containerized' || claim.type === 'database'
    const folder = isImage ? repository.folders.get(path) : undefined
    const base = folder && findDockerfile(folder, repository)?.base
    // Without a Dockerfile the detector has said which database it is, in the word that its image has.
    const kind = backingOfImage(base ?? (claim.type === 'database' ? claim.spec.framework : undefined))
    return kind === undefined ? [] : [{ name, kind }]
  })
}

export function dependenciesOf(service: Undependent, { links, backing }: Links): ServiceSpec {
  const own = links.filter(({ from }) => from === service.name)
  const kinds = new Map(backing.map(({ name, kind }) => [name, kind]))
  const needed = new Set(
    own.filter(({ kind }) => kind === 'requires').flatMap(({ connections }) => connections.map(({ variable }) => variable)),
  )
  return {
    ...service,
    // A variable that carries the address of something required is required, unless the repository states a value.
    environment: service.environment.map((variable) =>
      needed.has(variable.name) && variable.value === undefined ? { ...variable, required: true } : variable,
    ),
    dependsOn: own.map((link) => dependencyOf(link, kinds.get(link.to))),
  }
}

function dependencyOf({ to, kind, connections, evidence }: Link, backing: BackingKind | undefined): ServiceSpec['dependsOn'][number] {
  const [connection] = connections
  return {
    service: to,
    kind,
    ...(backing === undefined ? {} : { backing }),
    ...(connection === undefined ? {} : { connection }),
    ...(connections.length > 1 ? { connections } : {}),
    evidence,
  }
}

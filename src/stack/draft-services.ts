// Every service of the stack once: from folders, from the user's own compose files, and what code needs beside them.
import { KyozoError } from '../errors.ts'
import type { ComposeModel } from '../topology/compose/model.ts'
import { toLabel } from '../topology/naming.ts'
import { draftBackingService } from './backing-service.ts'
import { byCodeUnit } from './canonical.ts'
import { differencesOf } from './compose-differences.ts'
import { type ComposeServiceInput, draftComposeService } from './compose-service.ts'
import { obeyDeclared } from './declared-compose.ts'
import { draftFolderService } from './folder-service.ts'
import type { ServiceDraft } from './service-draft.ts'
import type { StackInput } from './specify.ts'
import type { Difference } from './stack.ts'

export interface DraftedServices {
  readonly drafts: readonly ServiceDraft[]
  readonly differences: readonly Difference[]
}

export function draftServices(input: StackInput): DraftedServices {
  const { topology, composeModels } = input
  const declared = composeModels.flatMap((model) => composeServices(model, input))
  const isDeclared = ({ compose }: { compose?: { file: string; service: string } }) =>
    compose !== undefined && declared.some(({ model, key }) => model.file === compose.file && key === compose.service)
  const fromCompose = declared.map((source) => ({ source, draft: draftComposeService(source) }))
  const fromFolders = topology.services
    .filter((spec) => spec.build.kind !== 'compose' && spec.build.kind !== 'manifests' && !isDeclared(spec))
    .map((spec) => draftFolderService(spec, input))
  const backing = topology.backing
    .filter((service) => !isDeclared(service))
    .flatMap((service) => draftBackingService(service, input.backingImages) ?? [])
  const drafts = [...fromFolders, ...fromCompose.map(({ draft }) => draft), ...backing]
  refuseTwins(drafts)
  refuseTwinVolumes(fromCompose)
  return {
    drafts,
    differences: [
      ...composeModels.flatMap(({ differences }) => differences),
      ...fromCompose.flatMap(({ source, draft }) => differencesOf(source, draft)),
    ].sort((a, b) => byCodeUnit(a.file, b.file) || byCodeUnit(a.pointer, b.pointer)),
  }
}

function composeServices(model: ComposeModel, input: StackInput): ComposeServiceInput[] {
  const known = Object.entries(obeyDeclared(model, input.topology)).map(([key, service]) => {
    const isThis = ({ compose }: { compose?: { file: string; service: string } }) => compose?.file === model.file && compose.service === key
    return { key, service, spec: input.topology.services.find(isThis), backing: input.topology.backing.find(isThis) }
  })
  const names = new Map(known.map(({ key, spec, backing }) => [key, spec?.name ?? backing?.name ?? hostName(key)]))
  return known.map(({ key, service, spec, backing }) => ({
    model,
    key,
    service,
    names,
    input,
    ...(spec === undefined ? {} : { spec }),
    ...(backing === undefined ? {} : { backing }),
  }))
}

/** A name of a compose file as a DNS label: `My_DB` → `my-db`. */
function hostName(key: string): string {
  if (/[a-z0-9]/i.test(key)) return toLabel(key)
  throw new KyozoError('compose_refused', `the service name "${key}" has no letter or digit`, { hint: 'give the service another name' })
}

function refuseTwins(drafts: readonly ServiceDraft[]): void {
  const byName = new Map<string, ServiceDraft>()
  for (const draft of drafts) {
    const twin = byName.get(draft.name)
    if (twin !== undefined)
      throw new KyozoError('compose_refused', `two services are called ${draft.name}: ${whereFrom(twin)} and ${whereFrom(draft)}`, {
        service: draft.name,
        hint: 'rename one of them; services of one repository share a network and find each other by name',
      })
    byName.set(draft.name, draft)
  }
}

/** Two compose files each mean a volume of their own by a name; as one they would mix their data. */
function refuseTwinVolumes(sources: readonly { readonly source: ComposeServiceInput; readonly draft: ServiceDraft }[]): void {
  const owners = new Map<string, string>()
  for (const { source, draft } of sources) {
    for (const volume of draft.volumes) {
      const file = owners.get(volume)
      if (file !== undefined && file !== source.model.file)
        throw new KyozoError('compose_refused', `${file} and ${source.model.file} both have a volume ${volume}`, {
          hint: 'rename one of them',
        })
      owners.set(volume, source.model.file)
    }
  }
}

function whereFrom({ folder, evidence }: ServiceDraft): string {
  return folder ?? evidence[0]?.path ?? 'a service that kyozo added'
}

// Every way in which what runs differs from the user's own compose file because of how the stack is made. What the reader of the file had to
// change is in the model's own list.
import type { ComposeModelService } from '../topology/compose/model.ts'
import { isBaked } from './baked-files.ts'
import { capabilitiesOf } from './compose-definition.ts'
import type { ComposeServiceInput } from './compose-service.ts'
import { defaultPids, defaultResources } from './defaults.ts'
import type { ServiceDraft } from './service-draft.ts'
import type { Difference } from './stack.ts'

export function differencesOf(source: ComposeServiceInput, draft: ServiceDraft): readonly Difference[] {
  const { model, key, service } = source
  const at = `/services/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const differ = (place: string, change: string, reason: string): Difference => ({
    file: model.file,
    pointer: `${at}${place}`,
    change,
    reason,
  })
  return [
    ...(draft.name === key ? [] : [differ('', `is called ${draft.name}; it answers to ${key} too`, 'names of services are host names')]),
    ...(service.build === undefined &&
    service.mounts.some(isBaked) &&
    draft.build !== undefined &&
    !draft.build.dockerfile.startsWith(`FROM ${service.image}\n`)
      ? [
          differ(
            '/image',
            `the folder ${draft.folder ?? ''} is built instead of mounted into ${service.image}`,
            'nothing would install what it needs',
          ),
        ]
      : []),
    differ('/cap_drop', sayConfinement(service, draft), 'a container has only the rights that it needs'),
    ...limitDifferences(source).map(([place, change]) => differ(place, change, 'no service may take the whole machine')),
    ...(service.restart === undefined && !draft.isOneShot
      ? [differ('/restart', 'restart: unless-stopped', 'a service comes back after a crash or a restart of the machine')]
      : []),
    differ('/logging', 'logs are kept in 3 files of 10 MB', 'logs do not fill the disk'),
    ...networkDifferences(service).map(([place, change]) => differ(place, change, 'an environment has one network of its own')),
    ...(service.mounts.some(isBaked)
      ? [differ('/volumes', 'files of the repository are copied into the image', 'nothing changes under a running container')]
      : []),
    ...connectionDifferences(source, draft).map(([place, change]) => differ(place, change, 'the code reads it and nothing sets it')),
  ]
}

function sayConfinement(service: ComposeModelService, { build }: ServiceDraft): string {
  const kept = [...capabilitiesOf(service, build)].sort()
  return `no-new-privileges is set, all capabilities are dropped${kept.length === 0 ? '' : ` but ${kept.join(', ')}`}`
}

function limitDifferences(source: ComposeServiceInput): [string, string][] {
  const limits = addedLimits(source)
  return limits.length === 0 ? [] : [['/deploy/resources/limits', `limited to ${limits.join(', ')}`]]
}

/** The limits that the file leaves open. */
export function addedLimits({ service, spec }: Pick<ComposeServiceInput, 'service' | 'spec'>): readonly string[] {
  const { memoryBytes, cpus, pids } = service.resources
  const fallback = spec?.resources ?? defaultResources
  return [
    ...(memoryBytes === undefined ? [`memory ${fallback.memory}`] : []),
    ...(cpus === undefined ? [`${fallback.cpu} CPU`] : []),
    ...(pids === undefined ? [`${defaultPids} processes`] : []),
  ]
}

function networkDifferences(service: ComposeModelService): [string, string][] {
  const own = Object.keys(service.networks).filter((network) => network !== 'default')
  return [
    ...(own.length === 0 ? [] : [['/networks', `joins the environment's network instead of ${own.join(', ')}`] as [string, string]]),
    ...(service.links.length === 0
      ? []
      : [
          ['/links', `${service.links.map(({ service, alias }) => `${service} answers to ${alias}`).join(', ')} for every service`] as [
            string,
            string,
          ],
        ]),
  ]
}

function connectionDifferences({ service }: ComposeServiceInput, draft: ServiceDraft): [string, string][] {
  const added = draft.needs.flatMap(({ service: other, connections }) => connections.map(({ variable }) => ({ other, variable })))
  return added
    .filter(({ variable }) => service.environment[variable] === undefined)
    .map(({ other, variable }) => ['/environment', `${variable} is set to the address of ${other}`])
}

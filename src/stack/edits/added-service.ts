// A service that people have added in compose.kyozo.yaml: as one of their own compose file, with kyozo's limits where they set none.
import type { LocatedMap } from '../../topology/compose/located.ts'
import type { ComposeModel } from '../../topology/compose/model.ts'
import { draftComposeService } from '../compose-service.ts'
import type { ComposeMap } from '../compose-value.ts'
import type { LinkedService } from '../link-services.ts'
import type { EditedInput } from './edited-service.ts'
import { publishedPorts, waitsOf } from './said.ts'

export function addService(name: string, file: LocatedMap, { model, input, restore }: EditedInput): LinkedService {
  const service = { ...model.services[name]!, ports: publishedPorts(file) }
  const names = new Map(Object.keys(model.services).map((key) => [key, key]))
  const draft = draftComposeService({ model: withPorts(model, name, service), key: name, service, names, input })
  const { environment } = service
  const definition = {
    ...draft.definition,
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    ...(waitsOf(service) === undefined ? {} : { depends_on: waitsOf(service) }),
  }
  return {
    ...draft,
    definition: restore(definition) as ComposeMap,
    environment: restore(environment) as LinkedService['environment'],
    dependsOn: Object.entries(service.dependsOn).map(([other, { condition }]) => ({ service: other, condition })),
  }
}

function withPorts(model: ComposeModel, name: string, service: ComposeModel['services'][string]): ComposeModel {
  return { ...model, services: { ...model.services, [name]: service } }
}

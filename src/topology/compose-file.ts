// The facts of a user's compose file that detection needs, read without judging it: a file that the policy refuses is still a stack.
// compose/load.ts reads the same files in full when the stack is generated; text, variables and merge keys are read by the same code.

import { withCalledPorts } from './compose/facts/called-ports.ts'
import type { ComposeFacts, ComposeServiceFacts } from './compose/facts/facts.ts'
import { readProject } from './compose/facts/project.ts'
import { withRunsOnce } from './compose/facts/run-once.ts'
import { readServiceFacts } from './compose/facts/service-facts.ts'
import { askedProfiles, startedServices } from './compose/profiles.ts'
import { perRepository } from './memo.ts'

export { composeNames } from './compose/facts/file-names.ts'
export type { ComposeFacts, ComposeServiceFacts }

/** With everything that it includes and extends. Undefined while it is not loaded, and when it is no YAML. */
export const readCompose = perRepository((file: string, repository): ComposeFacts | undefined => {
  const project = readProject(file, repository)
  if (project === undefined) return undefined
  const services = project.services.map((service) => readServiceFacts({ ...service, repository }))
  const { files, included, override, variables } = project
  const started = withoutIdleProfiles(services, variables.valueOf('COMPOSE_PROFILES'))
  return { file, files, included, ...(override && { override }), services: withRunsOnce(withCalledPorts(started)) }
})

/** When every build waits for a profile, the profiles are ways to start the stack and hold nothing back. */
function withoutIdleProfiles(services: readonly ComposeServiceFacts[], asked: string | undefined): readonly ComposeServiceFacts[] {
  const profiled = services.map(({ name, profiles, build }) => ({ name, profiles, isBuilt: build !== undefined }))
  const started = startedServices(profiled, askedProfiles(asked))
  return services.map((service) => ({ ...service, isProfiled: !started.has(service.name) }))
}

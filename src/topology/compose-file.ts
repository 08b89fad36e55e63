// The facts of a user's compose file that detection needs, read without judging it: a file that the policy refuses is still a stack.
// compose/load.ts reads the same files in full when the stack is generated; text, variables and merge keys are read by the same code.

import { withCalledPorts } from './compose/facts/called-ports.ts'
import type { ComposeFacts, ComposeServiceFacts } from './compose/facts/facts.ts'
import { readProject } from './compose/facts/project.ts'
import { readServiceFacts } from './compose/facts/service-facts.ts'
import { perRepository } from './memo.ts'

export { composeNames } from './compose/facts/file-names.ts'
export type { ComposeFacts, ComposeServiceFacts }

/** With everything that it includes and extends. Undefined while it is not loaded, and when it is no YAML. */
export const readCompose = perRepository((file: string, repository): ComposeFacts | undefined => {
  const project = readProject(file, repository)
  if (project === undefined) return undefined
  const services = project.services.map((service) => readServiceFacts({ ...service, repository }))
  return { file, files: project.files, included: project.included, services: withCalledPorts(withoutIdleProfiles(services)) }
})

/** When every build waits for a profile, the profiles are ways to start the stack and hold nothing back. */
function withoutIdleProfiles(services: readonly ComposeServiceFacts[]): readonly ComposeServiceFacts[] {
  const built = services.filter(({ build }) => build !== undefined)
  const isWaiting = built.length > 1 ? built.every(({ isProfiled }) => isProfiled) : services.every(({ isProfiled }) => isProfiled)
  return isWaiting ? services.map((service) => ({ ...service, isProfiled: false })) : services
}

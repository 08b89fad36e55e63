// Images whose program runs as root.
import type { Recommendation } from '../topology.ts'
import { dockerfileOf, forEachService } from './rule.ts'

export const adviseUser = forEachService((service, repository): Recommendation | undefined => {
  const facts = dockerfileOf(service, repository)
  if (facts === undefined || facts.stages.length === 0) return undefined
  const user = facts.user?.name.split(':')[0]
  const image = facts.image ?? facts.stages.at(-1)?.image ?? ''
  if (user !== undefined && user !== 'root' && user !== '0') return undefined
  if (user === undefined && (service.type === 'database' || /nonroot|unprivileged/.test(image))) return undefined
  const line = facts.user?.line ?? facts.stages.at(-1)?.line
  const fact = user === undefined ? 'no USER in the last stage' : `USER ${user}`
  return {
    code: 'runs_as_root',
    message: `The image of ${service.name} runs as root; a hole in the service is a hole in its container.`,
    fix: `Add \`USER\` with an unprivileged user to the last stage of ${facts.path}.`,
    evidence: [{ path: facts.path, ...(line === undefined ? {} : { line }), fact }],
  }
})

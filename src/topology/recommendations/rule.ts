// What a rule looks at, and what it may advise. One file a subject, one line in recommend.ts.
import type { DockerfileFacts } from '../reading/dockerfile.ts'
import type { Repository } from '../repository.ts'
import type { BackingService, Recommendation, ServiceSpec } from '../topology.ts'

export interface Advised {
  readonly services: readonly ServiceSpec[]
  readonly backing: readonly BackingService[]
  readonly repository: Repository
}

export type Rule = (advised: Advised) => readonly Recommendation[]

/** A rule about one service at a time. */
export function forEachService(advise: (service: ServiceSpec, repository: Repository) => Recommendation | undefined): Rule {
  return ({ services, repository }) => services.flatMap((service) => advise(service, repository) ?? [])
}

/** Whether kyozo starts it, rather than a stack that somebody else has written. */
export function runsItself({ build, compose, start }: ServiceSpec): boolean {
  return compose === undefined && build.kind !== 'compose' && build.kind !== 'manifests' && start !== undefined
}

export function dockerfileOf({ build }: ServiceSpec, repository: Repository): DockerfileFacts | undefined {
  return build.kind === 'dockerfile' ? repository.read.dockerfile(build.dockerfile, build.target) : undefined
}

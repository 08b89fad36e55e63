// Images that mean another image from one day to the next: those that are built on, and those that stacks pull.
import { readCompose } from '../compose-file.ts'
import { findManifestStacks } from '../kubernetes/stacks.ts'
import type { Repository } from '../repository.ts'
import type { Evidence, Recommendation, ServiceSpec } from '../topology.ts'
import { dockerfileOf, forEachService, type Rule } from './rule.ts'
import { imageNamed, isLoose } from './tags.ts'

export const advisePinnedImage = forEachService((service, repository): Recommendation | undefined => {
  const facts = dockerfileOf(service, repository)
  const names = new Set(facts?.stages.map(({ name }) => name))
  const loose = facts?.stages.find(({ image }) => isLoose(image) && !names.has(image))
  if (facts === undefined || loose === undefined) return undefined
  return {
    code: 'unpinned_image',
    message: `${facts.path} builds on ${loose.image}, which means another image from one day to the next.`,
    fix: 'Name a version, such as `node:24-slim`, or a digest.',
    evidence: [{ path: facts.path, line: loose.line, fact: `FROM ${loose.image}` }],
  }
})

/** What a stack pulls without saying which version. What the repository builds itself is named by whoever builds it. */
export const advisePulledImages: Rule = ({ services, repository }) => {
  const own = services.map(({ name }) => plain(name)).filter((name) => name.length > 2)
  return services.flatMap((service): Recommendation[] => {
    const pulled = [...composeImages(service, repository), ...manifestImages(service, repository)]
    const loose = pulled.filter(({ image }) => isLoose(image) && !own.some((name) => plain(imageNamed(image)).includes(name)))
    const [first] = loose
    if (first === undefined) return []
    const images = [...new Set(loose.map(({ image }) => image))]
    const shown = images.length > shownImages ? `${images.slice(0, shownImages).join(', ')} and others` : images.join(', ')
    return [
      {
        code: 'unpinned_image',
        message: `${first.evidence.path} pulls ${shown} without a version: the next start may run another one.`,
        fix: 'Name a version, such as `postgres:17`, or a digest.',
        evidence: loose.slice(0, evidenceLimit).map(({ evidence }) => evidence),
      },
    ]
  })
}

/** Images named in one sentence, and places kept for it. */
const shownImages = 4
const evidenceLimit = 20

interface PulledImage {
  readonly image: string
  readonly evidence: Evidence
}

function composeImages({ build }: ServiceSpec, repository: Repository): PulledImage[] {
  const facts = build.kind === 'compose' ? readCompose(build.file, repository) : undefined
  return (facts?.services ?? []).flatMap(({ image, imageEvidence, build: built, evidence }): PulledImage[] =>
    image === undefined || built !== undefined ? [] : [{ image, evidence: imageEvidence ?? evidence }],
  )
}

function manifestImages({ build, path }: ServiceSpec, repository: Repository): PulledImage[] {
  const stack = build.kind === 'manifests' ? findManifestStacks(repository).get(path) : undefined
  const containers = (stack?.manifests ?? []).flatMap(({ workloads }) => workloads.flatMap((workload) => workload.containers))
  return containers.map(({ image, evidence }) => ({ image, evidence }))
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]{1,63}/g, '')
}

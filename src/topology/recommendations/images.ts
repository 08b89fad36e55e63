// Base images that mean another image from one day to the next.
import type { Recommendation } from '../topology.ts'
import { dockerfileOf, forEachService } from './rule.ts'

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

function isLoose(image: string): boolean {
  if (image === 'scratch' || image.includes('@sha256:') || image.includes('$') || image === '') return false
  // Distroless images are rebuilt under one name, with nothing in them that could change its interface.
  if (image.includes('distroless')) return false
  const tag = /:([\w.-]{1,128})$/.exec(image)?.[1]
  return tag === undefined || tag === 'latest'
}

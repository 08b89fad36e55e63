// Images made of a system that gets no more security fixes, and images that nobody rebuilds.
import type { Recommendation } from '../topology.ts'
import { abandonedImages, type Ended, endedSystems } from './ended.ts'
import { dockerfileOf, forEachService } from './rule.ts'
import { imageNamed, isOfficial, tagOf } from './tags.ts'

export const adviseSystem = forEachService((service, repository): Recommendation | undefined => {
  const facts = dockerfileOf(service, repository)
  const image = facts?.image
  // Only what the last stage is made of runs; a stage that it is made of may have the image.
  const line = facts?.stages.findLast((stage) => stage.image === image)?.line
  if (facts === undefined || image === undefined) return undefined
  const evidence = [{ path: facts.path, ...(line === undefined ? {} : { line }), fact: `FROM ${image}` }]
  const successor = isOfficial(image) && Object.hasOwn(abandonedImages, imageNamed(image)) ? abandonedImages[imageNamed(image)] : undefined
  if (successor !== undefined) {
    const message = `The image of ${service.name} is made from ${image}, which nobody rebuilds any more: it gets no security fixes.`
    return { code: 'image_abandoned', message, fix: `Build on ${successor} instead.`, evidence }
  }
  const found = systemOf(image)
  if (found === undefined) return undefined
  const { system, version } = found
  return {
    code: 'system_ended',
    message: `The image of ${service.name} is made of ${system.name} ${version}, which got its last security fixes on ${system.versions[version]}.`,
    fix: `Move to ${system.supported}.`,
    evidence,
  }
})

/** `debian:10`, `ubuntu:focal-20240530`, `python:3.12-slim-buster` and `node:24-alpine3.18` name one. */
function systemOf(image: string): { system: Ended; version: string } | undefined {
  const words = (tagOf(image) ?? '').toLowerCase().split(/[-_]/).slice(0, 8)
  for (const system of endedSystems) {
    const own = system.images.includes(imageNamed(image)) ? words[0] : undefined
    const written = words.flatMap((word) => {
      if (Object.hasOwn(system.codenames, word)) return system.codenames[word] ?? []
      return word.startsWith(system.images[0] ?? '-') ? word.slice(system.images[0]?.length) : []
    })
    const version = [...(own === undefined ? [] : [own]), ...written]
      .flatMap((one) => versionsOf(one))
      .find((one) => Object.hasOwn(system.versions, one))
    if (version !== undefined) return { system, version }
  }
  return undefined
}

/** `3.18.4` is 3.18, and `11.9` is 11. */
function versionsOf(written: string): string[] {
  const [major = '', minor] = written.split('.')
  return minor === undefined ? [major] : [`${major}.${minor}`, major]
}

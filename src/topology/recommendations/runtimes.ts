// Runtimes that get no more security fixes.
import type { Evidence, Recommendation, ServiceSpec } from '../topology.ts'
import { abandonedImages, type Ended, endedRuntimes } from './ended.ts'
import { dockerfileOf, forEachService } from './rule.ts'
import { imageNamed, isOfficial, tagOf } from './tags.ts'

export const adviseRuntime = forEachService((service, repository): Recommendation | undefined => {
  const rule = endedRuntimes.find(({ type }) => type === service.type)
  if (rule === undefined) return undefined
  const facts = dockerfileOf(service, repository)
  const stage = facts?.stages.findLast(({ image }) => rule.images.includes(imageNamed(image)))
  if (stage !== undefined && facts !== undefined) {
    // What nobody rebuilds is told of as such (systems.ts).
    if (isOfficial(stage.image) && Object.hasOwn(abandonedImages, imageNamed(stage.image))) return undefined
    return advise(service, rule, { version: versionIn(stage.image), path: facts.path, line: stage.line, fact: `FROM ${stage.image}` })
  }
  // A go.mod names the oldest Go that will do, and a build for an older Java runs on a newer one.
  const isStated = facts === undefined && service.type !== 'golang' && service.type !== 'java'
  return isStated ? advise(service, rule, { version: service.version, ...statedAt(service) }) : undefined
})

interface Found extends Evidence {
  readonly version: string | undefined
}

function advise({ name }: ServiceSpec, rule: Ended, { version, ...evidence }: Found): Recommendation | undefined {
  const ended = version === undefined ? undefined : Object.keys(rule.versions).find((key) => isVersion(version, key))
  if (ended === undefined) return undefined
  return {
    code: 'runtime_ended',
    message: `${name} runs on ${rule.name} ${ended}, which got its last security fixes on ${rule.versions[ended]}.`,
    fix: `Move to ${rule.supported}.`,
    evidence: [evidence],
  }
}

function versionIn(image: string): string | undefined {
  return /^v?(\d{1,3}(?:\.\d{1,3})?)/.exec(tagOf(image) ?? '')?.[1]
}

/** `16` is meant by 16 and by 16.3; `3.8` by 3.8 alone. */
function isVersion(written: string, key: string): boolean {
  const [major = '', minor] = written.split('.')
  return key.includes('.') ? `${major}.${minor ?? '0'}` === key && (minor !== undefined || key.endsWith('.0')) : major === key
}

/** The line that asks for the version. */
function statedAt({ evidence, because, path, version }: ServiceSpec): Evidence {
  const place: Pick<Evidence, 'path' | 'line'> = because.version ?? evidence[0] ?? { path }
  return { path: place.path, ...(place.line === undefined ? {} : { line: place.line }), fact: `version ${version}` }
}

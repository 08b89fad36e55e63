// Images that mean another image from one day to the next: those that are built on, and those that stacks pull.
import { readCompose } from '../compose-file.ts'
import { findManifestStacks } from '../kubernetes/stacks.ts'
import { printable } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { Evidence, Recommendation, ServiceSpec } from '../topology.ts'
import { dockerfileOf, forEachService, type Rule } from './rule.ts'
import { imageNamed, isLoose, isOfficial } from './tags.ts'

export const advisePinnedImage = forEachService((service, repository): Recommendation | undefined => {
  const facts = dockerfileOf(service, repository)
  const names = new Set(facts?.stages.map(({ name }) => name))
  const loose = facts?.stages.find(({ image }) => isLoose(image) && !names.has(image))
  if (facts === undefined || loose === undefined) return undefined
  return {
    code: 'unpinned_image',
    message: `${facts.path} builds on ${loose.image}, which means another image from one day to the next.`,
    fix: fixFor(loose.image),
    evidence: [{ path: facts.path, line: loose.line, fact: `FROM ${loose.image}` }],
  }
})

/** A version of each image that people build on or start most often. */
const examples: Readonly<Record<string, string>> = {
  node: '24-slim', python: '3.14-slim', golang: '1.26', ruby: '3.4-slim', php: '8.4-fpm', rust: '1.92-slim', 'eclipse-temurin': '25-jre', maven: '3-eclipse-temurin-25', gradle: '9-jdk25', debian: '13-slim', ubuntu: '24.04', alpine: '3.23',
  nginx: '1.29-alpine', httpd: '2.4', caddy: '2.10', traefik: '3.6', haproxy: '3.2', deno: '2.6.0', bun: '1.3-slim', elixir: '1.19-slim', erlang: '28-slim', swift: '6.2-slim', dart: '3.10', crystal: '1.18', sdk: '10.0', aspnet: '10.0',
  postgres: '17', mysql: '8.4', mariadb: '11.8', mongo: '8.0', redis: '8.4', valkey: '9.0', memcached: '1.6', rabbitmq: '4.2', elasticsearch: '9.2.0', kafka: '4.1.0', nats: '2.12', busybox: '1.37',
} // biome-ignore format: a table

/** Those who keep images of that table beside Docker itself. */
const publishers =
  /^(?:(?:docker\.io\/)?(?:library|denoland|oven|crystallang|valkey|apache)\/|mcr\.microsoft\.com\/dotnet\/|docker\.elastic\.co\/elasticsearch\/)/

/** What to write instead, with the same image and not another one. */
function fixFor(image: string): string {
  const name = imageNamed(image)
  const isKnown = Object.hasOwn(examples, name) && (isOfficial(image) || publishers.test(image))
  const bare = image.replace(/:[\w.-]{1,128}$/, '')
  return isKnown
    ? `Name a version, such as \`${bare}:${examples[name]}\`, or a digest.`
    : `Name a version of ${printable(bare)}, or a digest.`
}

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
        fix: fixFor(first.image),
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

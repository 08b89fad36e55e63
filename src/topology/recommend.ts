// What would make the repository's services better, each with its place and its fix.
import { exampleFiles } from './environment.ts'
import { perFolder } from './memo.ts'
import { findLockfile } from './nodejs/package-json.ts'
import { joinPath } from './paths.ts'
import type { DockerfileFacts } from './reading/dockerfile.ts'
import type { Repository } from './repository.ts'
import type { Recommendation, ServiceSpec } from './topology.ts'

type Advice = (service: ServiceSpec, repository: Repository) => Recommendation | undefined

/** The list; each looks at one service. */
const advices: readonly Advice[] = [adviseLockfile, advisePinnedImage, adviseUser, adviseHealth]

export function recommend(services: readonly ServiceSpec[], repository: Repository): Recommendation[] {
  const perService = services.flatMap((service) => advices.flatMap((advice) => advice(service, repository) ?? []))
  const all = [...findSecrets(repository), ...perService]
  return [...new Map(all.map((item) => [`${item.code} ${item.evidence[0]?.path}:${item.evidence[0]?.line}`, item])).values()]
}

/** Files that hold secrets when they are committed. */
const secretFiles =
  /^(?:\.env(?:\.(?:local|production|prod|staging|development))?|id_rsa|id_ed25519|.{1,100}\.pem|credentials\.json|service-account\.json|\.npmrc\.local)$/

const secretsIn = perFolder(({ files }) => [...files].sort().filter((name) => secretFiles.test(name) && !exampleFiles.includes(name)))

function findSecrets(repository: Repository): Recommendation[] {
  return [...repository.folders.values()].flatMap((folder) =>
    secretsIn(folder).map((name) => {
      const path = joinPath(folder.path, name)
      return {
        code: 'secret_committed',
        message: `${path} is committed; everybody who reads the repository reads its secrets.`,
        fix: `Remove it with \`git rm --cached ${path}\`, add it to .gitignore, replace what it held, and keep the new values with \`kyozo secrets\`.`,
        evidence: [{ path, line: 1, fact: 'a file for secrets' }],
      }
    }),
  )
}

function adviseLockfile({ type, path, build, packageManager, evidence }: ServiceSpec, repository: Repository): Recommendation | undefined {
  if (type !== 'nodejs' && type !== 'static_site') return undefined
  const manifest = joinPath(path, 'package.json')
  if (packageManager === undefined || build.kind !== 'template' || findLockfile(path, repository) !== undefined) return undefined
  const line = evidence.find((fact) => fact.path === manifest)?.line
  return {
    code: 'no_lockfile',
    message: `${manifest} has no lockfile, so two builds of the same commit can install different versions.`,
    fix: `Run \`${packageManager} install\` in ${path} and commit the lockfile.`,
    evidence: [{ path: manifest, ...(line === undefined ? {} : { line }), fact: 'no lockfile beside it or above it' }],
  }
}

function dockerfileOf({ build }: ServiceSpec, repository: Repository): DockerfileFacts | undefined {
  return build.kind === 'dockerfile' ? repository.read.dockerfile(build.dockerfile, build.target) : undefined
}

function advisePinnedImage(service: ServiceSpec, repository: Repository): Recommendation | undefined {
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
}

function isLoose(image: string): boolean {
  if (image === 'scratch' || image.includes('@sha256:') || image.includes('$') || image === '') return false
  const tag = /:([\w.-]{1,128})$/.exec(image)?.[1]
  return tag === undefined || tag === 'latest'
}

function adviseUser(service: ServiceSpec, repository: Repository): Recommendation | undefined {
  const facts = dockerfileOf(service, repository)
  if (facts === undefined || facts.stages.length === 0) return undefined
  const user = facts.user?.name.split(':')[0]
  const image = facts.stages.at(-1)?.image ?? ''
  if ((user !== undefined && user !== 'root' && user !== '0') || (user === undefined && /nonroot|unprivileged/.test(image)))
    return undefined
  const line = facts.user?.line ?? facts.stages.at(-1)?.line
  return {
    code: 'runs_as_root',
    message: `The image of ${service.name} runs as root; a hole in the service is a hole in its container.`,
    fix: `Add \`USER\` with an unprivileged user to the last stage of ${facts.path}.`,
    evidence: [
      {
        path: facts.path,
        ...(line === undefined ? {} : { line }),
        fact: user === undefined ? 'no USER in the last stage' : `USER ${user}`,
      },
    ],
  }
}

function adviseHealth({ name, port, health, evidence, type, compose }: ServiceSpec): Recommendation | undefined {
  if (port === undefined || health?.kind !== 'tcp' || type === 'compose_stack' || compose !== undefined) return undefined
  return {
    code: 'no_health_endpoint',
    message: `${name} answers on port ${port} but no health endpoint was found, so only the open port is checked.`,
    fix: 'Answer GET /healthz with 200 once the service can work, or name a path under `health` in kyozo.yaml.',
    evidence: evidence.slice(0, 1),
  }
}

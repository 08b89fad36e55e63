import type { Claim, Detector, Sign } from '../claim.ts'
import { developmentPart, isIdle } from '../development.ts'
import { dockerfileMarks, findDockerfile, ownerOfDockerfile } from '../dockerfiles.ts'
import { landmarksOf } from '../landmarks.ts'
import { baseName, printable } from '../paths.ts'
import type { DockerfileFacts } from '../reading/dockerfile.ts'
import { imageName, isBareImage, languageOfImage } from '../reading/dockerfile-images.ts'
import { apart, saidInDockerfile } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'

/** A Dockerfile is all there is: what the other detectors leave over, because their claims object to this one (weigh.ts). */
export const containerized: Detector = {
  type: 'containerized',
  title: 'Dockerfile',
  marks: dockerfileMarks,
  claim(folder, repository): Claim | undefined {
    const facts = findDockerfile(folder, repository)
    if (facts?.stages.length === 0) repository.warn(`${facts.path} has no FROM; it is passed over.`)
    if (facts === undefined || facts.stages.length === 0) return undefined
    const { path } = facts
    return {
      type: 'containerized',
      hasManifest: true,
      signs: [
        { ...facts.evidence, weight: 0.5 },
        ...(facts.command === undefined
          ? []
          : [{ path, line: facts.command.line, fact: `runs ${facts.command.text.slice(0, 60)}`, weight: 0.3 }]),
        ...facts.ports.slice(0, 1).map(({ port, line }) => ({ path, line, fact: `listens on port ${port}`, weight: 0.3 })),
        ...(facts.health === undefined ? [] : [{ path, line: facts.health.line, fact: 'HEALTHCHECK', weight: 0.2 }]),
        ...objections(facts, folder, repository),
      ],
      spec: {
        ...apart({
          start: saidInDockerfile(facts, facts.command?.text, { at: facts.command, read: repository.read }),
          port: saidInDockerfile(facts, facts.ports[0]?.port, { at: facts.ports[0], read: repository.read }),
          health: saidInDockerfile(facts, facts.health?.spec, { at: facts.health, read: repository.read }),
        }),
        environment: requiredBy(facts),
      },
      dependencies: [],
      imports: [],
      addresses: facts.environment.map(({ name, value }) => ({
        variable: name,
        value,
        from: 'source' as const,
        evidence: { path, fact: `ENV ${name}` },
      })),
      reads: [],
    }
  },
}

/** Images that serve nobody: those for another folder, for another system, for building things in, or that only change an image. */
function objections(facts: DockerfileFacts, folder: Folder, repository: Repository): Sign[] {
  const { path, image = '', command, ports, sources, stages } = facts
  const line = stages.at(-1)?.line ?? 1
  const owner = ownerOfDockerfile(folder, repository)
  const runsShell = /^(?:\/bin\/)?(?:ba|a)?sh(?: -c)?$/.test(command?.text.trim() ?? '')
  const development = developmentPart(folder.path)
  const runsNothing = (command === undefined || runsShell || isIdle(command.text)) && ports.length === 0 && facts.health === undefined
  const isForPrograms = isBareImage(image) || isRuntime(image)
  const builtOn = dockerfileOnTop(folder, path, repository)
  const packaging = folder.path.split('/').find((part) => packagingFolders.has(part.toLowerCase()))
  return [
    ...(owner === undefined
      ? []
      : [
          {
            path,
            fact: `holds the Dockerfile of ${owner === '.' ? 'the root' : printable(owner)}`,
            weight: -0.8,
            role: 'tooling' as const,
          },
        ]),
    ...(development === undefined
      ? []
      : [{ path, line, fact: `lies in ${printable(development)}, a folder for development`, weight: -0.8, role: 'tooling' as const }]),
    ...(/windowsservercore|nanoserver|microsoft-windows|\/windows(?:\/|:|$)/i.test(image)
      ? [{ path, line, fact: 'is an image for Windows', weight: -0.8, role: 'tooling' as const }]
      : []),
    ...(builtOn === undefined
      ? []
      : [{ path, line, fact: `is what ${printable(builtOn)} is built on`, weight: -0.8, role: 'tooling' as const }]),
    ...commandSigns(facts, line),
    ...(packaging === undefined
      ? []
      : [{ path, line, fact: `lies in ${printable(packaging)}, a folder for making packages`, weight: -0.7, role: 'tooling' as const }]),
    ...(runsNothing && isForPrograms
      ? [{ path, line, fact: 'runs nothing: an image to build or to work in', weight: -0.6, role: 'tooling' as const }]
      : []),
    ...(runsNothing && !isForPrograms && sources.length === 0
      ? [{ path, line, fact: 'adds nothing of the repository to an image', weight: -0.4, role: 'tooling' as const }]
      : []),
  ]
}

/** A command that builds something and ends, or begins a whole system. */
function commandSigns({ path, command, ports }: DockerfileFacts, line: number): Sign[] {
  const text = command?.text.trim() ?? ''
  if (ports.length > 0) return []
  if (/^(?:\S{0,80}\/)?(?:build|compile|make|package)(?:\.sh)?$/.test(text))
    return [{ path, line, fact: 'runs a build and ends', weight: -0.6, role: 'tooling' }]
  if (/^\/(?:usr\/)?(?:sbin|lib\/systemd)\/(?:init|systemd)$/.test(text))
    return [{ path, line, fact: 'is a whole operating system', weight: -0.6, role: 'tooling' }]
  return []
}

/** `base`, `dockerbase`, `base-image`: a folder or an image that others begin with. */
const nameOfBase = /(?:^|[^a-z])(?:docker)?base(?:[-_]?image)?$/i

/** A Dockerfile elsewhere that starts from an image called like the one that a folder of base images makes. */
function dockerfileOnTop(folder: Folder, own: string, repository: Repository): string | undefined {
  if (!nameOfBase.test(baseName(folder.path))) return undefined
  return landmarksOf(repository)
    .dockerfiles.slice(0, 200)
    .find(
      (path) =>
        path !== own &&
        repository.read.dockerfile(path)?.stages.some(({ image }) => image.includes('/') && nameOfBase.test(imageName(image))) === true,
    )
}

/** Folders in which packages, installers and programs for other systems are made. */
const packagingFolders = new Set(['packaging', 'pkgbuild', 'installer', 'installers', 'builders', 'buildenv', 'build-env', 'toolchain', 'toolchains', 'cross', 'rpm', 'deb', 'debian', 'snap', 'flatpak', 'appimage']) // biome-ignore format: a list

/** Whether an image runs other people's programs and has none to start by itself. */
function isRuntime(image: string): boolean {
  const language = languageOfImage(image)
  return language !== undefined && !['static_site', 'database', 'proxy', 'php', 'java'].includes(language)
}

/** `ENV NAME=value` states a default; the image works without anybody saying more. */
function requiredBy(facts: DockerfileFacts) {
  return facts.environment.map(({ name, value }) => ({ name, required: false, value }))
}

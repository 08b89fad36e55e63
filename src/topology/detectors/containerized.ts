import type { Claim, Detector } from '../claim.ts'
import { dockerfileNames, findDockerfile, isDockerFolder } from '../dockerfiles.ts'
import { defined } from '../reading/data.ts'
import type { DockerfileFacts } from '../reading/dockerfile.ts'

/** A Dockerfile is all there is: what the other detectors leave over, because their claims object to this one (decide.ts). */
export const containerized: Detector = {
  type: 'containerized',
  title: 'Dockerfile',
  marks: dockerfileNames,
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
        ...(isDockerFolder(folder, repository)
          ? [{ path, fact: 'holds the Dockerfile of the folder above', weight: -0.8, role: 'tooling' as const }]
          : []),
      ],
      spec: defined({ start: facts.command?.text, port: facts.ports[0]?.port, health: facts.health?.spec, environment: requiredBy(facts) }),
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

/** `ENV NAME=value` states a default; the image works without anybody saying more. */
function requiredBy(facts: DockerfileFacts) {
  return facts.environment.map(({ name, value }) => ({ name, required: false, value }))
}

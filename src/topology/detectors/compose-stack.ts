import type { Claim, Detector } from '../claim.ts'
import { composeNames, readCompose } from '../compose-file.ts'
import { joinPath } from '../paths.ts'

/** A user's compose file. The services it builds are added beside it, each at its build context (compose-services.ts). */
export const composeStack: Detector = {
  type: 'compose_stack',
  title: 'Compose stack',
  marks: composeNames,
  claim(folder, repository): Claim | undefined {
    const name = composeNames.find((candidate) => folder.files.has(candidate))
    if (name === undefined) return undefined
    const file = joinPath(folder.path, name)
    const facts = readCompose(file, repository)
    const services = facts?.services ?? []
    return {
      type: 'compose_stack',
      hasManifest: true,
      signs: [
        { path: file, line: 1, fact: name, weight: 0.8 },
        ...services.slice(0, 3).map(({ evidence }) => ({ ...evidence, weight: 0.4 })),
        ...(facts !== undefined && services.length === 0
          ? [{ path: file, line: 1, fact: 'declares no services', weight: -0.6, role: 'unknown' as const }]
          : []),
      ],
      spec: { facts: { composeFile: file, services: services.map((service) => service.name) } },
      dependencies: [],
      imports: [],
      addresses: [],
      reads: [],
    }
  },
}

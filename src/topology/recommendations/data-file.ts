// Data that ends with its container: a database that is a file, in a folder that no volume keeps.
import { dataFileOf } from '../data-file.ts'
import { joinPath } from '../paths.ts'
import { sqlKinds } from '../relations/choice.ts'
import type { Recommendation, ServiceSpec } from '../topology.ts'
import { dockerfileOf, forEachService, runsItself } from './rule.ts'

export const adviseDataFile = forEachService((service, repository): Recommendation | undefined => {
  const found = runsItself(service) && !hasServer(service) ? dataFileOf(service, repository) : undefined
  if (found === undefined) return undefined
  const dockerfile = dockerfileOf(service, repository)
  const text = dockerfile === undefined ? '' : (repository.read.text(dockerfile.path) ?? '')
  if (/^\s{0,8}VOLUME\s/im.test(text)) return undefined
  const folder = found.folder === undefined ? undefined : folderIn(text, found.folder)
  const server = 'or install the driver of a database server, such as PostgreSQL, and read its address from DATABASE_URL'
  return {
    code: 'data_in_container',
    message: `${service.name} keeps its data in a file inside of its container, and no volume holds it: ${dockerfile === undefined ? 'the container has nowhere to write it' : 'the next release begins without it'}.`,
    fix:
      dockerfile === undefined
        ? `Give the service a Dockerfile that keeps the file in a folder of its own, such as \`VOLUME /data\`, ${server}.`
        : folder === undefined
          ? `Keep the file in a folder of its own, such as /data, and add \`VOLUME /data\` to the last stage of ${dockerfile.path}, ${server}.`
          : `Add \`VOLUME ${folder}\` to the last stage of ${dockerfile.path}: kyozo keeps what is in it from one release to the next.`,
    evidence: [found.evidence],
  }
})

/** A server is what the file stands in for. */
function hasServer({ dependsOn }: ServiceSpec): boolean {
  return dependsOn.some(({ kind, backing }) => kind === 'requires' && backing !== undefined && sqlKinds.has(backing))
}

/** Where a folder of the program lies in its image, which the last WORKDIR says. */
function folderIn(text: string, folder: string): string | undefined {
  const home = [...text.matchAll(/^\s{0,8}WORKDIR\s{1,8}["']?(\/[\w./-]{1,200})["']?\s{0,8}$/gim)].at(-1)?.[1]
  return home === undefined ? undefined : joinPath(home.replace(/\/$/, ''), folder)
}

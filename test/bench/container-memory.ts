// What containers use of the machine's memory at a moment, as the engine counts it: without what is only cached.
import { typed } from './deployed.ts'

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** Of all containers of these Compose projects together, in bytes. */
export async function memoryOfContainers(projects: readonly string[]): Promise<number> {
  const listed = await Promise.all(
    projects.map((project) => typed('/', 'docker', 'ps', '--quiet', '--filter', `label=com.docker.compose.project=${project}`)),
  )
  const ids = listed.flatMap((text) => text.split('\n').filter(Boolean))
  const lines = (await typed('/', 'docker', 'stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids)).split('\n').filter(Boolean)
  return lines.map(bytesOf).reduce((sum, bytes) => sum + bytes, 0)
}

/** `12.3MiB / 512MiB` */
function bytesOf(line: string): number {
  const [, amount = '', unit = ''] = /^([\d.]+)([KMG]?i?B) /.exec(line) ?? []
  const factor = units[unit]
  if (factor === undefined) throw new Error(`the engine says ${line} of a container's memory`)
  return Number(amount) * factor
}

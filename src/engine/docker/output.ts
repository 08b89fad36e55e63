// The newest lines of what the containers of a service printed, all replicas together.
import type { OutputLine, OutputSource } from '../engine.ts'
import { ignoreVanishing } from './containers.ts'
import { ask, type DockerContext } from './context.ts'
import { composeLabel, label } from './labels.ts'
import { inspectOwned, listContainers } from './observe.ts'
import { lineReader } from './output-lines.ts'

/** Of one answer, and of each container while it is made. */
export const outputLineLimit = 1_000
const outputCharacters = 4 * 1024 ** 2

/** Oldest first; `since` is a time in ISO 8601, with up to nine digits behind the point. */
export async function readOutput(
  context: DockerContext,
  source: OutputSource,
  options: { readonly tail: number; readonly since?: string },
): Promise<readonly OutputLine[]> {
  const tail = Math.min(options.tail, outputLineLimit)
  let lines: readonly OutputLine[] = []
  // One after the other: each may be megabytes before it is cut.
  for (const { Id } of await serviceContainers(context, source))
    lines = newest([...lines, ...(await linesOf(context, Id, { ...options, tail }))], tail)
  return lines
}

async function linesOf(
  context: DockerContext,
  id: string,
  { tail, since }: { readonly tail: number; readonly since?: string },
): Promise<readonly OutputLine[]> {
  const info = await inspectOwned(context, id)
  if (!info) return []
  const from = since === undefined ? {} : { since: engineTime(since) }
  const bytes = await ask({ tried: `read the output of container ${id.slice(0, 12)}` }, (abortSignal) =>
    context.docker
      .getContainer(id)
      .logs({ ...everything, ...from, tail, follow: false, abortSignal })
      .catch(ignoreVanishing),
  )
  return bytes ? lineReader(id, info.Config.Tty)(bytes) : []
}

export const everything = { stdout: true, stderr: true, timestamps: true } as const

function newest(lines: readonly OutputLine[], tail: number): readonly OutputLine[] {
  const sorted = lines.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  let first = sorted.length
  for (let characters = 0; first > 0 && sorted.length - first < tail; first--) {
    characters += sorted[first - 1]!.text.length
    if (characters > outputCharacters) break
  }
  return sorted.slice(first)
}

/** As the engine takes it: seconds with nine digits behind the point. Its client's types know whole seconds only. */
export function engineTime(at: string): number {
  const fraction = /\.(\d{1,9})/.exec(at)?.[1] ?? ''
  return `${Math.floor(Date.parse(at) / 1_000)}.${fraction.padEnd(9, '0')}` as unknown as number
}

export function serviceContainers(context: DockerContext, { identity, service }: OutputSource) {
  const labels = [
    `${label.instance}=${context.instance}`,
    `${composeLabel.project}=${identity.project}`,
    `${composeLabel.service}=${service}`,
  ]
  return listContainers(context, labels)
}

// `kyozo disk`: what kyozo keeps, how much room is left, and what goes next.
import { Command } from 'commander'
import { coloured, printable, printDocument, table } from './print.ts'
import type { JsonApiResource } from './server/answers.ts'
import { openServer, type ServerOptions, withServer } from './server/server.ts'

export function diskCommand(): Command {
  return withServer(
    new Command('disk')
      .description('what kyozo keeps on its disks, what of it goes next, and what nobody uses but stays')
      .option('--json', 'print one JSON document'),
  ).action(async (options: ServerOptions & { readonly json?: boolean }) => {
    const server = await openServer(options)
    const reports = (await server.get('/api/v1/disk')).data as readonly JsonApiResource[]
    if (options.json) printDocument({ schemaVersion: 1, reports })
    else if (reports.length === 0) process.stdout.write('kyozo has not looked yet: it does every three minutes\n')
    else process.stdout.write(coloured(reports.map(reportText).join('\n')))
  })
}

interface Report {
  readonly places: readonly { readonly words: string; readonly state: string }[]
  readonly kinds: readonly { readonly kind: string; readonly count: number; readonly bytes: number; readonly removable_bytes: number }[]
  readonly next: readonly { readonly kind: string; readonly name: string; readonly bytes: number; readonly because: string }[]
  readonly yours: readonly { readonly kind: string; readonly name: string; readonly bytes: number | null }[]
  readonly measured_at: string
}

function reportText({ id, attributes }: JsonApiResource): string {
  const { places, kinds, next, yours, measured_at: at } = attributes as unknown as Report
  const rows = kinds.map(({ kind, count, bytes, removable_bytes: going }) => [
    kind.replaceAll('_', ' '),
    String(count),
    size(bytes),
    size(going),
  ])
  const parts = [
    `${printable(id)}, ${at.slice(0, 16).replace('T', ' ')} UTC\n`,
    ...places.map(({ words, state }) => `${state === 'ok' ? '' : `${state}: `}${printable(words)}\n`),
    table([['kind', 'count', 'size', 'goes next'], ...rows]),
    ...next.map(({ kind, name, bytes, because }) => `goes: ${kind} ${printable(name)} (${size(bytes)}): ${printable(because)}\n`),
    ...yours.map(
      ({ kind, name, bytes }) => `stays: ${kind} ${printable(name)} (${bytes === null ? 'size unknown' : size(bytes)}): ${stays(kind)}\n`,
    ),
  ]
  return parts.join('')
}

function stays(kind: string): string {
  switch (kind) {
    case 'volume':
      return 'no container has it; kyozo never removes a volume'
    case 'image':
      return 'it has no name, and may be somebody’s own that was built upon one of kyozo’s; `docker image rm` removes it'
    default:
      return 'no workspace knows it, and it may be the only copy; restore the workspace or remove the folder yourself'
  }
}

function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const at = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** at).toFixed(at === 0 ? 0 : 1)} ${units[at]}`
}

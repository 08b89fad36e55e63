// What the containers of a service print, and with --follow what they print from then on; a stream that breaks goes on where it was.
import type { LogsOptions } from './logs.ts'
import { printable, printDocument } from './print.ts'
import type { ServicePlace } from './server/places.ts'
import type { Server } from './server/server.ts'

interface OutputLine {
  /** The first characters of its id. */
  readonly container: string
  readonly text: string
}

export async function printOutput(server: Server, { service, label }: ServicePlace, options: LogsOptions): Promise<void> {
  const print = createPrinter()
  const { tail, since, follow, json } = options
  const query = new URLSearchParams()
  if (tail !== undefined) query.set('page[size]', String(tail))
  if (since !== undefined) query.set('filter[at][gte]', since)
  const path = `/api/v1/service_instances/${service.id}/logs?${query}`
  if (!follow) {
    const lines = (await server.list(path)).resources.map(({ attributes }) => attributes as unknown as OutputLine)
    if (json) return printDocument({ schemaVersion: 1, service: label, lines })
    for (const line of lines) print(line)
    return
  }
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  for await (const event of server.events(path, { signal: interrupted.signal })) {
    for (const line of (JSON.parse(event.data) as OutputEvent).data.lines) {
      if (json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, service: label, ...line })}\n`)
      else print(line)
    }
  }
}

interface OutputEvent {
  readonly data: { readonly lines: readonly OutputLine[] }
}

/** Says which copy a line is of, from the second one on. */
function createPrinter(): (line: OutputLine) => void {
  const copies = new Set<string>()
  return ({ container, text }) => {
    copies.add(container)
    process.stdout.write(`${copies.size > 1 ? `${container} | ` : ''}${printable(text)}\n`)
  }
}

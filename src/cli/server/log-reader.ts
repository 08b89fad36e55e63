// The log of a release, from where the last reading ended.
import { KyozoError } from '../../errors.ts'
import type { Server } from './server.ts'

export interface LogLine {
  readonly stream: string
  readonly service: string | null
  readonly text: string
  readonly recorded_at: string
}

export interface LogReader {
  /** Hands on every line that was not read before. */
  read(release: string): Promise<void>
  /** Whether the server lets it be read: who may deploy may not be allowed to. */
  isReadable(): boolean
}

export function createLogReader(server: Pick<Server, 'list'>, onLine: (line: LogLine) => void): LogReader {
  let after = '0'
  let isReadable = true
  return {
    isReadable: () => isReadable,
    async read(release) {
      if (!isReadable) return
      try {
        const { resources } = await server.list(`/api/v1/releases/${release}/logs?page[after]=${after}`)
        for (const line of resources) onLine(line.attributes as unknown as LogLine)
        after = resources.at(-1)?.id ?? after
      } catch (error) {
        if (!(error instanceof KyozoError) || error.code !== 'forbidden') throw error
        isReadable = false
      }
    },
  }
}

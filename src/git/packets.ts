// Git's pkt-line framing (gitprotocol-common), as far as kyozo reads and writes it itself.
import type { Readable } from 'node:stream'
import { KyozoError } from '../errors.ts'

/** One ref update of a push. An all-zero id means that the ref is created or deleted. */
export interface RefCommand {
  readonly before: string
  readonly after: string
  readonly ref: string
}

export interface PushHead {
  readonly commands: readonly RefCommand[]
  readonly capabilities: ReadonlySet<string>
  readonly options: readonly string[]
  /** The bytes read so far: they belong to the program that receives the pack. */
  readonly bytes: Buffer
}

/** Commands and options come before the pack and are small; thousands of refs at once are not. */
const headLimitBytes = 256 * 1024

/** Reads the ref commands and push options from the start of a receive-pack request, leaving the pack in the stream. */
export async function readPushHead(body: Readable): Promise<PushHead> {
  const reader = headReader(body)
  const lines = await reader.section()
  const [first = '', ...others] = lines
  const capabilities = new Set((first.split('\0')[1] ?? '').trim().split(' '))
  const commands = [first.split('\0')[0] ?? '', ...others].filter((line) => line !== '').map(parseCommand)
  const options = commands.length > 0 && capabilities.has('push-options') ? await reader.section() : []
  return { commands, capabilities, options: options.map((line) => line.replace(/\n$/, '')), bytes: reader.bytes() }
}

function parseCommand(line: string): RefCommand {
  const found = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (refs\/\S+)\n?$/.exec(line)
  if (!found) throw new KyozoError('bad_request', 'the push begins with a line that is not a ref command')
  return { before: found[1]!, after: found[2]!, ref: found[3]! }
}

function headReader(body: Readable) {
  let held = Buffer.alloc(0)
  let at = 0
  const ensure = async (length: number): Promise<boolean> => {
    while (held.length < at + length) {
      if (held.length > headLimitBytes)
        throw new KyozoError('payload_too_large', `the push updates more refs at once than fit in ${headLimitBytes / 1024} KiB`)
      const chunk = await nextChunk(body)
      if (chunk === null) return false
      held = Buffer.concat([held, chunk])
    }
    return true
  }
  return {
    bytes: () => held,
    /** Packets up to the next flush, or to the end of the stream. */
    async section(): Promise<string[]> {
      const lines: string[] = []
      while (await ensure(4)) {
        const length = Number.parseInt(held.toString('latin1', at, at + 4), 16)
        if (!(length === 0 || (length >= 4 && length <= 65_520)))
          throw new KyozoError('bad_request', 'the push is not in Git’s packet format')
        if (length === 0) {
          at += 4
          return lines
        }
        if (!(await ensure(length))) break
        lines.push(held.toString('utf8', at + 4, at + length))
        at += length
      }
      return lines
    },
  }
}

function nextChunk(body: Readable): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const clean = () => {
      body.off('readable', tryRead)
      body.off('end', onEnd)
      body.off('error', onError)
      body.off('close', onEnd)
    }
    const onEnd = () => {
      clean()
      resolve(null)
    }
    const onError = (error: Error) => {
      clean()
      reject(error)
    }
    const tryRead = () => {
      const chunk = body.read() as Buffer | null
      if (chunk === null) return
      clean()
      resolve(chunk)
    }
    body.on('readable', tryRead)
    body.once('end', onEnd)
    body.once('close', onEnd)
    body.once('error', onError)
    if (body.readableEnded || body.destroyed) onEnd()
    else tryRead()
  })
}

/** The largest payload of a side-band-64k packet. */
const sidebandBytes = 65_515

/** Text for the person who pushes: git prints each line after `remote: `. */
export function progressPackets(text: string): Buffer {
  const bytes = Buffer.from(text)
  const packets: Buffer[] = []
  for (let at = 0; at < bytes.length; at += sidebandBytes) {
    const part = bytes.subarray(at, at + sidebandBytes)
    packets.push(Buffer.from((part.length + 5).toString(16).padStart(4, '0')), Buffer.from([2]), part)
  }
  return Buffer.concat(packets)
}

export const flushPacket = Buffer.from('0000')

/** A progress packet without text. */
export const keepAlivePacket = Buffer.from('0005\x02')

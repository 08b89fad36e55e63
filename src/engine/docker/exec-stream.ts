// A command in a container with streams at both ends: what it reads comes from here, and what it prints goes somewhere as it is printed. The engine
// gives one connection for it, on which both ways end apart.
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { KyozoError } from '../../errors.ts'
import type { StreamedCommand, StreamedResult } from '../engine.ts'
import { plainText } from './containers.ts'
import { asAborted, ask, type DockerContext } from './context.ts'
import { inspectOwned, nameOf } from './observe.ts'

const keptBytes = 16 * 1024

export async function streamThrough(context: DockerContext, id: string, request: StreamedCommand): Promise<StreamedResult> {
  const info = await inspectOwned(context, id)
  if (!info) throw new KyozoError('engine_refused', `container ${id.slice(0, 12)} is gone`)
  const { command, environment = {}, signal } = request
  const tried = `run ${command[0] ?? 'a command'} in container ${nameOf(info)}`
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const created = await ask({ tried, signal }, (abortSignal) =>
    context.docker
      .getContainer(info.Id)
      .exec({ Cmd: [...command], Env: variables, AttachStdin: true, AttachStdout: true, AttachStderr: true, abortSignal }),
  )
  const connection = await ask({ tried, signal }, (abortSignal) => created.start({ hijack: true, stdin: true, abortSignal }))
  const ended = await converse(connection, request, tried)
  const { ExitCode } = await ask({ tried, signal }, (abortSignal) => created.inspect({ abortSignal }))
  return { exitCode: ExitCode ?? 1, ...ended }
}

/** Until the command has ended. Fails with what its input or the taker of its output failed with, and with the signal's reason. */
async function converse(
  connection: Duplex,
  { input, take, signal }: StreamedCommand,
  tried: string,
): Promise<Omit<StreamedResult, 'exitCode'>> {
  const stop = () => connection.destroy()
  signal.addEventListener('abort', stop, { once: true })
  // It may be over already.
  if (signal.aborted) stop()
  const feeding = feed(connection, input)
  // Heard below; until then nobody listens.
  feeding.catch(() => undefined)
  try {
    const output = await read(connection, take)
    if (signal.aborted) throw asAborted({ tried, signal })
    // Who has ended reads nothing more.
    connection.destroy()
    return { output, hasReadAll: await feeding }
  } catch (error) {
    connection.destroy()
    if (signal.aborted) throw asAborted({ tried, signal })
    // The connection went because of what came in: that is the cause.
    await feeding
    if (error instanceof KyozoError) throw error
    throw new KyozoError('engine_unavailable', `could not ${tried}: the connection broke off`, { cause: error })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Whether all of it went out before the command ended. Throws what the input throws. */
async function feed(connection: Duplex, input: StreamedCommand['input']): Promise<boolean> {
  try {
    await pipeline(input ?? [], connection)
    return true
  } catch (error) {
    if (error instanceof KyozoError) throw error
    return false
  }
}

/** The end of what it prints: of both its outputs, or of the one for errors when somebody takes the other. */
async function read(connection: Duplex, take: StreamedCommand['take']): Promise<string> {
  const kept: Buffer[] = []
  let size = 0
  for await (const { isError, bytes } of frames(connection)) {
    if (take !== undefined && !isError) {
      await take(bytes)
      continue
    }
    kept.push(bytes)
    size += bytes.length
    while (size > keptBytes && kept.length > 1) size -= kept.shift()?.length ?? 0
  }
  return plainText(Buffer.concat(kept).subarray(-keptBytes))
}

interface Frame {
  readonly isError: boolean
  readonly bytes: Buffer
}

const headBytes = 8

/** A kind, three empty bytes, a length, and the bytes, which are given on as they come. */
async function* frames(connection: Duplex): AsyncGenerator<Frame> {
  let head = Buffer.alloc(0)
  let missing = 0
  let isError = false
  for await (const chunk of connection as AsyncIterable<Buffer>) {
    for (let rest = chunk; rest.length > 0; ) {
      if (missing === 0) {
        const needed = headBytes - head.length
        head = Buffer.concat([head, rest.subarray(0, needed)])
        rest = rest.subarray(needed)
        if (head.length < headBytes) break
        isError = head[0] === 2
        missing = head.readUInt32BE(4)
        head = Buffer.alloc(0)
        continue
      }
      const bytes = rest.subarray(0, missing)
      rest = rest.subarray(missing)
      missing -= bytes.length
      yield { isError, bytes }
    }
  }
}

// The built-in remote: Git's smart HTTP protocol (gitprotocol-http) over `git receive-pack` and `git upload-pack`. Hooks never run; what a push
// set in motion is told to the person who pushes by appending to the side band before the closing flush.
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { KyozoError } from '../errors.ts'
import { runGit } from './git-program.ts'
import { flushPacket, type PushHead, type RefCommand, readPushHead } from './packets.ts'
import { removeStaleRefLocks } from './stale-locks.ts'

export type GitService = 'git-upload-pack' | 'git-receive-pack'

/** A pack larger than this is refused while it arrives. */
export const pushLimitBytes = 2 * 1024 ** 3
/** A slow line may take long; a stalled one not for ever. */
const transferDeadlineMs = 60 * 60_000
const advertiseDeadlineMs = 30_000

const serviceConfig = {
  'receive.advertisePushOptions': 'true',
  'receive.maxInputSize': String(pushLimitBytes),
  'receive.denyDeletes': 'false',
  // Which branch HEAD names says nothing here, and what runs does not end with its branch.
  'receive.denyDeleteCurrent': 'ignore',
  'uploadpack.allowFilter': 'true',
}

/** The answer to `GET info/refs?service=…`. */
export async function advertiseRefs(
  gitDir: string,
  service: GitService,
  { protocol, config }: { readonly protocol: string | undefined; readonly config?: Readonly<Record<string, string>> },
): Promise<Buffer> {
  const done = await runGit({
    gitDir,
    args: [service.slice(4), '--stateless-rpc', '--advertise-refs', gitDir],
    deadlineMs: advertiseDeadlineMs,
    config: { ...serviceConfig, ...config },
    env: protocolEnvironment(protocol),
    outputLimitBytes: 64 * 1024 ** 2,
  })
  if (done.exitCode !== 0) throw new KyozoError('repository_corrupt', `the repository could not be read: ${done.stderr.trim()}`)
  const header = `# service=${service}\n`
  return Buffer.concat([Buffer.from((header.length + 4).toString(16).padStart(4, '0') + header), flushPacket, done.stdout])
}

/** Answers a fetch or clone. */
export async function serveUploadPack(
  gitDir: string,
  exchange: {
    readonly body: Readable
    readonly answer: Writable
    readonly protocol: string | undefined
    /** Git's configuration for this answer. Default is that of everybody. */
    readonly config?: Readonly<Record<string, string>>
  },
): Promise<void> {
  const done = await runGit({
    gitDir,
    args: ['upload-pack', '--stateless-rpc', gitDir],
    deadlineMs: transferDeadlineMs,
    config: { ...serviceConfig, ...exchange.config },
    env: protocolEnvironment(exchange.protocol),
    input: exchange.body,
    stdout: exchange.answer,
  })
  // upload-pack ends with 128 when the client simply goes away.
  if (done.exitCode !== 0 && !exchange.answer.destroyed)
    throw new KyozoError('bad_request', `the fetch ended early: ${done.stderr.trim().split('\n').at(-1) ?? ''}`)
}

export interface ReceivedPush {
  /** The commands that git carried out. */
  readonly updated: readonly RefCommand[]
  readonly options: readonly string[]
  /** Whether the client shows what comes on the side band. */
  readonly showsProgress: boolean
}

/**
 * Receives a push. Git's own report goes to `answer`, without the closing flush: the caller appends what it has to say, then `flushPacket`.
 * `readTip` reads a ref after the fact: success is what the repository holds, not what was asked for.
 */
export async function serveReceivePack(
  gitDir: string,
  exchange: { readonly body: Readable; readonly answer: Writable; readonly readTip: (ref: string) => Promise<string | null> },
): Promise<ReceivedPush> {
  const head = await readPushHead(exchange.body)
  const held = holdBack(exchange.answer, flushPacket.length)
  await removeStaleRefLocks(gitDir)
  const done = await runGit({
    gitDir,
    args: ['receive-pack', '--stateless-rpc', gitDir],
    deadlineMs: transferDeadlineMs,
    config: serviceConfig,
    input: rejoined(head, exchange.body),
    onStdout: held.write,
  })
  const closing = held.rest()
  if (!closing.equals(flushPacket)) exchange.answer.write(closing)
  if (done.exitCode !== 0 && head.commands.length > 0) throw pushError(done.stderr)
  const updated: RefCommand[] = []
  for (const command of head.commands) {
    const tip = await exchange.readTip(command.ref)
    if ((tip ?? '0'.repeat(command.after.length)) === command.after) updated.push(command)
  }
  return { updated, options: head.options, showsProgress: head.capabilities.has('side-band-64k') && head.commands.length > 0 }
}

function protocolEnvironment(protocol: string | undefined): Record<string, string> {
  return protocol !== undefined && /^version=[012]$/.test(protocol) ? { GIT_PROTOCOL: protocol } : {}
}

function rejoined(head: PushHead, body: Readable): Readable {
  const whole = new PassThrough()
  whole.write(head.bytes)
  body.on('error', (error) => whole.destroy(error))
  body.on('close', () => {
    if (!body.readableEnded) whole.destroy()
  })
  body.pipe(whole)
  return whole
}

/** Passes everything on except the last `count` bytes. */
function holdBack(target: Writable, count: number) {
  let tail: Buffer<ArrayBufferLike> = Buffer.alloc(0)
  return {
    write(chunk: Buffer) {
      const all = Buffer.concat([tail, chunk])
      const keep = Math.min(count, all.length)
      if (all.length > keep) target.write(all.subarray(0, all.length - keep))
      tail = all.subarray(all.length - keep)
    },
    rest: () => tail,
  }
}

function pushError(stderr: string): KyozoError {
  const said = stderr.trim().split('\n').at(-1) ?? ''
  if (/exceeds maximum allowed size/.test(stderr))
    return new KyozoError('repository_too_large', `the push is larger than ${pushLimitBytes / 1024 ** 3} GiB`, {
      hint: 'keep data out of the repository',
    })
  return new KyozoError('bad_request', `git did not accept the push: ${said}`)
}

// One bare repository per workspace below the data directory. For a forge's repository it is a shallow mirror; for the built-in remote it is the repository.
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { KyozoError } from '../errors.ts'
import { type Call, createGates, type GateOptions, type Gates } from '../gate.ts'
import { assertFetchable, type FetchRequest, fetchConfig, fetchError, isBrokenOff, tellsProgress } from './fetching.ts'
import { runGit } from './git-program.ts'
import { type PartingRequest, whereParted } from './history.ts'
import type { MergeBase } from './merge-base.ts'
import { compactMirror, type KeptMirror, listMirrors, removeMirror } from './mirror-upkeep.ts'
import { type BranchMove, moveBranch } from './move-branch.ts'
import { objectReader } from './object-reader.ts'
import type { ObjectReader } from './objects.ts'
import { type PushRequest, pushCommit } from './push.ts'
import type { PushOutcome } from './push-outcome.ts'
import { type RemoteRefsRequest, readRemoteRefs } from './remote-refs.ts'
import { pastStaleLocks } from './stale-locks.ts'
import { type NewCommit, writeCommit } from './write-commit.ts'

/** Slower than this is a host in trouble: the attempt is repeated. */
const fetchDeadlineMs = 5 * 60_000
const localDeadlineMs = 30_000

export interface Mirrors {
  /** The bare repository's folder, made when it is not there. */
  folderOf(workspaceId: string): Promise<string>
  /** The same, but undefined when it is not there. */
  existingFolder(workspaceId: string): Promise<string | undefined>
  /** Whether branches were pushed to it, so that it is more than a copy of what was fetched. */
  isPushedTo(workspaceId: string): Promise<boolean>
  reader(workspaceId: string): Promise<ObjectReader>
  /** Fetches the tip of a ref, one commit deep, and returns its sha. Throws with a `repository_…` or `revision_not_found` code. */
  fetch(workspaceId: string, request: FetchRequest): Promise<string>
  /** Where two branches of another repository parted. Throws as `fetch` does. */
  parting(workspaceId: string, request: PartingRequest): Promise<MergeBase>
  /** Which of these refs another repository has, with their tips; nothing is fetched. Throws as `fetch` does. */
  remoteRefs(workspaceId: string, request: RemoteRefsRequest): Promise<ReadonlyMap<string, string>>
  /** The tip of a branch of the built-in remote, or null when it is not there. */
  tip(workspaceId: string, ref: string): Promise<string | null>
  /** Every branch of the built-in remote with its tip. */
  branches(workspaceId: string): Promise<ReadonlyMap<string, string>>
  /** Writes a commit of these changes; no branch leads to it yet. Throws `revision_not_found` when its parent is not there. */
  commit(workspaceId: string, commit: NewCommit): Promise<string>
  /** Pushes a commit to another repository. A refusal is an outcome; throws for an address or a ref that is none, and when the host is paused. */
  push(workspaceId: string, request: PushRequest): Promise<PushOutcome>
  /** Moves a branch of the built-in remote, if it is where it was. */
  moveBranch(workspaceId: string, move: BranchMove): Promise<PushOutcome>
  /** Makes the branch the one that a clone of the built-in remote checks out. */
  setHead(workspaceId: string, ref: string): Promise<void>
  /** Every repository that is kept, of whatever workspace. */
  list(): Promise<readonly KeptMirror[]>
  /** Packs one and drops what force pushes left, but for the commits that are named; says whether there was something to do. */
  compact(workspaceId: string, options: { readonly keep: readonly string[] }): Promise<boolean>
  /** Takes away the folder of one that `list` named. */
  removeFolder(name: string): Promise<void>
  /** Takes the repository away for good. */
  remove(workspaceId: string): Promise<void>
}

export function createMirrors(folder: string, gates: Gates = createGates()): Mirrors {
  const folderOf = async (workspaceId: string) => {
    const gitDir = path.join(folder, `${workspaceId}.git`)
    await ensureRepository(gitDir)
    return gitDir
  }
  const existingFolder = async (workspaceId: string) => {
    const gitDir = path.join(folder, `${workspaceId}.git`)
    return (await stat(path.join(gitDir, 'HEAD')).catch(() => undefined)) === undefined ? undefined : gitDir
  }
  const toHost = <T>({ url, signal, team }: Pick<FetchRequest, 'url' | 'signal' | 'team'>, call: Call<T>) => {
    const { host = '', pathname = '' } = URL.parse(url) ?? {}
    const subject = pathname.replace(/^\/|\.git$/g, '')
    return gates.to(`git ${host}`, () => gateToHost(host)).run(call, { signal, subject, team })
  }
  return {
    folderOf,
    existingFolder,
    isPushedTo: async (workspaceId) => {
      const gitDir = await existingFolder(workspaceId)
      return gitDir !== undefined && (await readRefs(gitDir, 'refs/heads/')).size > 0
    },
    reader: async (workspaceId) => objectReader(await folderOf(workspaceId)),
    async fetch(workspaceId, request) {
      assertFetchable(request)
      return toHost(request, async (heard) => fetchTip(await folderOf(workspaceId), { ...request, heard }))
    },
    parting: (workspaceId, request) =>
      toHost(request, async (heard) => {
        // Beside the objects of the mirror, and gone with it.
        const gitDir = path.join(await folderOf(workspaceId), 'kyozo-history.git')
        await ensureRepository(gitDir)
        return whereParted(gitDir, request, heard)
      }),
    remoteRefs: (workspaceId, request) => toHost(request, async () => readRemoteRefs(await folderOf(workspaceId), request)),
    tip: async (workspaceId, ref) => (await readRefs(await folderOf(workspaceId), ref)).get(ref) ?? null,
    branches: async (workspaceId) => readRefs(await folderOf(workspaceId), 'refs/heads/'),
    commit: async (workspaceId, commit) => writeCommit(await folderOf(workspaceId), commit),
    push: (workspaceId, request) => toHost(request, async () => pushCommit(await folderOf(workspaceId), request)),
    moveBranch: async (workspaceId, move) => moveBranch(await folderOf(workspaceId), move),
    remove: (workspaceId) => rm(path.join(folder, `${workspaceId}.git`), { recursive: true, force: true }),
    list: () => listMirrors(folder),
    compact: async (workspaceId, options) => compactMirror(await folderOf(workspaceId), options),
    removeFolder: (name) => removeMirror(folder, name),
    setHead: async (workspaceId, ref) => setHead(await folderOf(workspaceId), ref),
  }
}

/** A host that stalls takes few workers from those who ask others: its fetches to which nothing comes are few, and more are tried again later. */
function gateToHost(host: string): GateOptions {
  return {
    name: host,
    atOnce: 16,
    waiting: 200,
    slow: { afterMs: 5_000, atOnce: 4 },
    share: { atOnce: 2, withinMs: 5_000 },
    teamShare: { atOnce: 12, withinMs: 60_000 },
    failures: 5,
    pauseMs: [5_000, 60_000],
    isAway: (error) =>
      error instanceof KyozoError && (error.code === 'child_timed_out' || (error.code === 'repository_unreachable' && !isBrokenOff(error))),
    isOurs: (error) =>
      error instanceof KyozoError && (error.code === 'superseded' || error.code === 'lease_lost' || error.code === 'canceled'),
    refused: (words, details) =>
      new KyozoError('repository_unreachable', words, { ...details, hint: 'kyozo tries again by itself; check the host and the network' }),
  }
}

async function ensureRepository(gitDir: string): Promise<void> {
  if (await stat(path.join(gitDir, 'HEAD')).catch(() => undefined)) return
  // For no other user of the machine: these are people's private repositories.
  await mkdir(path.dirname(gitDir), { recursive: true, mode: 0o700 })
  const fresh = `${gitDir}.${randomBytes(6).toString('hex')}`
  const done = await runGit({
    gitDir: fresh,
    args: ['init', '--quiet', '--bare', '--initial-branch=main', '--template='],
    deadlineMs: localDeadlineMs,
  })
  if (done.exitCode !== 0)
    throw new KyozoError('internal', `git init failed in ${gitDir}: ${done.stderr.trim()}`, {
      hint: 'check the data directory’s disk and rights',
    })
  try {
    await rename(fresh, gitDir)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    // Somebody else made it first.
    if (!(await stat(path.join(gitDir, 'HEAD')).catch(() => undefined))) throw error
  }
}

async function setHead(gitDir: string, ref: string): Promise<void> {
  const done = await runGit({ gitDir, args: ['symbolic-ref', 'HEAD', ref], deadlineMs: localDeadlineMs })
  if (done.exitCode !== 0) throw new KyozoError('internal', `HEAD of ${gitDir} could not be set to ${ref}: ${done.stderr.trim()}`)
}

async function fetchTip(gitDir: string, request: FetchRequest & { readonly heard: () => void }): Promise<string> {
  const local = `refs/kyozo/${createHash('sha256').update(request.ref).digest('hex').slice(0, 32)}`
  const fetch = () =>
    runGit({
      gitDir,
      args: [
        'fetch',
        '--progress',
        '--no-tags',
        '--no-write-fetch-head',
        '--depth=1',
        '--force',
        '--end-of-options',
        request.url,
        `+${request.ref}:${local}`,
      ],
      deadlineMs: fetchDeadlineMs,
      config: fetchConfig(request),
      onStderr: (chunk) => {
        if (tellsProgress(chunk.toString('latin1'))) request.heard()
      },
      ...(request.signal ? { signal: request.signal } : {}),
    })
  const done = await pastStaleLocks(gitDir, fetch)
  if (done.exitCode !== 0) throw fetchError(request, done.stderr)
  const tip = (await readRefs(gitDir, local)).get(local)
  if (tip === undefined) throw new KyozoError('revision_not_found', `${request.ref} of ${request.url} could not be resolved after fetching`)
  return tip
}

async function readRefs(gitDir: string, prefix: string): Promise<Map<string, string>> {
  const done = await runGit({
    gitDir,
    args: ['for-each-ref', '--format=%(objectname) %(refname)', '--', prefix],
    deadlineMs: localDeadlineMs,
  })
  const lines = done.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]))
}

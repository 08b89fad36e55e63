// Everything kyozo can leave behind is planted on the real engine, beside what looks like it and is somebody else's.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDockerStorage } from '../../../src/engine/docker/storage.ts'
import { createMirrors } from '../../../src/git/mirror.ts'
import { newId } from '../../../src/ids.ts'
import { type Look, lookAtStored, removeAll } from '../../../src/pipeline/disk/collect.ts'
import { diskReport } from '../../../src/pipeline/disk/report.ts'
import type { Kyozo } from '../../../src/pipeline/kyozo.ts'
import { type Removal, unneededImages } from '../../../src/reconcile/collect.ts'
import { queueRelease } from '../../../src/store/releases.ts'
import { shaOf, workspaceWithEnvironment } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'
import { busyboxImage, type TestStack, testStack } from '../../support/stacks.ts'

const run = promisify(execFile)
const { db } = await testDatabase()
const key = () => randomBytes(12).toString('hex')
let mine: TestStack
let theirs: TestStack
let kyozo: Kyozo
let dataDir: string
let project: string
const planted: string[] = []

beforeAll(async () => {
  mine = await testStack()
  theirs = await testStack()
  dataDir = await mkdtemp(path.join(tmpdir(), 'kyozo-data-'))
  const { instance } = mine.identity
  const log = { info: () => undefined, warn: () => undefined }
  const storage = createDockerStorage({ instance, stacksDir: mine.stacksDir, log })
  const config = { cacheLimitBytes: 0 }
  kyozo = {
    db,
    instance,
    storage,
    engine: mine.engine,
    mirrors: createMirrors(path.join(dataDir, 'mirrors')),
    config,
    log,
  } as unknown as Kyozo
})

afterAll(async () => {
  for (const name of planted) await run('docker', ['image', 'rm', '--force', name]).catch(() => undefined)
  await mine.remove()
  await theirs.remove()
  await rm(dataDir, { recursive: true, force: true })
})

/** Built from nothing but a label, as old as it is. */
async function image(name: string, labels: Readonly<Record<string, string>>, from = busyboxImage): Promise<string> {
  const args = Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`])
  const child = run('docker', ['build', '--quiet', ...args, '--tag', name, '-'])
  child.child.stdin!.end(`FROM ${from}\nRUN echo ${key()} > /marker\n`)
  await child
  planted.push(name)
  return name
}

/** What somebody keeps of a container without giving it a name. Returns its id. */
async function committed(from: string): Promise<string> {
  const container = (await run('docker', ['create', from])).stdout.trim()
  const id = (await run('docker', ['commit', container])).stdout.trim()
  await run('docker', ['rm', container])
  planted.push(id)
  return id
}

const labels = (stack: TestStack) => ({ 'kyozo.instance': stack.identity.instance, 'kyozo.workspace': 'w', 'kyozo.service': 'api' })
const named = (removals: readonly Removal[]) => removals.map(({ kind, name }) => `${kind} ${name}`).sort()
const exists = (kind: string, name: string) =>
  run('docker', [kind, 'inspect', name]).then(
    () => true,
    () => false,
  )

async function collect(): Promise<{ readonly look: Look; readonly removed: readonly Removal[] }> {
  const look = await lookAtStored(kyozo, { isInHurry: true })
  const removed = await removeAll(kyozo, [...look.onEngine, ...look.inFolder], { look, mayGoOn: async () => true })
  return { look, removed }
}

it('images that no release needs go; those of kept releases, of containers, of others and look-alikes stay', async () => {
  const { environment } = await workspaceWithEnvironment(db)
  const own = async () => image(`kyozo/w/api:${key()}`, labels(mine))
  const [kept, unneeded, used] = [await own(), await own(), await own()]
  const foreign = await image(`kyozo/w/api:${key()}`, labels(theirs))
  const unlabelled = await image(`kyozo/w/api:${key()}`, {})
  // Somebody builds upon one of kyozo's and inherits its labels.
  const derived = await image(`somebody/app-${key()}:1`, {}, kept)
  await mine.docker.createContainer({ Image: used, name: `somebody-${key()}` }).then((container) => planted.push(container.id))
  const nameless = await committed(kept)
  const { teamId, workspaceId, id: environmentId, ref } = environment
  const { release } = await queueRelease(db, { teamId, workspaceId, environmentId, ref, sha: shaOf('1'), triggeredBy: 'ada' })
  const stackSpec = JSON.stringify({ services: [{ name: 'api', image: kept }] })
  await db.updateTable('releases').set({ state: 'replaced', isKept: true, stackSpec }).where('id', '=', release.id).execute()

  const { look, removed } = await collect()
  expect(named(removed)).toEqual([`image ${unneeded}`])
  // A day later the hour of rest is over for all of them.
  const tomorrow = { now: Date.now() + 86_400_000, isInHurry: false, cacheLimitBytes: 0 }
  expect(named(unneededImages(look.stored, look.needs, tomorrow))).toEqual([`image ${unneeded}`])
  const { yours } = await diskReport({ db, disk: { look: async () => [] } } as unknown as Kyozo, look)
  expect(yours.filter(({ kind }) => kind === 'image').map(({ name }) => nameless.includes(name))).toEqual([true])
  expect(await exists('image', unneeded)).toBe(false)
  for (const name of [kept, used, foreign, unlabelled, derived, nameless]) expect(await exists('image', name)).toBe(true)
}, 120_000)

it('containers, networks and folders without an environment go, and everybody else’s stay', async () => {
  const { environment } = await workspaceWithEnvironment(db)
  ;({ project } = environment)
  const orphan = (await mine.run(mine.files({ api: {} }), 'api'))[0]!
  const foreign = (await theirs.run(theirs.files({ api: {} }), 'api'))[0]!
  // Its image's labels are a container's too, and Compose gives it a project.
  const lookAlike = await mine.docker.createContainer({
    Image: busyboxImage,
    name: `somebody-${key()}`,
    Labels: { ...labels(mine), 'com.docker.compose.project': 'somebody' },
  })
  const network = await mine.docker.createNetwork({ Name: `somebody-${key()}`, Labels: { 'kyozo.instance': theirs.identity.instance } })
  const volume = `old-${key()}`
  await mine.docker.createVolume({ Name: volume, Labels: { 'kyozo.instance': mine.identity.instance } })
  await mkdir(path.join(mine.stacksDir, project), { recursive: true })
  await mkdir(path.join(mine.stacksDir, 'kyozo-gone-production'))
  await writeFile(path.join(mine.stacksDir, 'kyozo-gone-production', 'compose.yaml'), 'services: {}\n')
  const long = new Date(Date.now() - 3_600_000)
  for (const at of ['kyozo-gone-production/compose.yaml', 'kyozo-gone-production', project])
    await utimes(path.join(mine.stacksDir, at), long, long)

  const { look, removed } = await collect()
  expect(named(removed).filter((name) => !name.startsWith('image'))).toEqual([
    `container ${orphan.name}`,
    'stack folder kyozo-gone-production',
  ])
  expect(look.stored.volumes.map(({ name, isUsed }) => ({ name, isUsed }))).toEqual([{ name: volume, isUsed: false }])
  expect(await exists('container', foreign.id)).toBe(true)
  expect(await exists('container', lookAlike.id)).toBe(true)
  expect(await exists('network', network.id)).toBe(true)
  expect(await exists('volume', volume)).toBe(true)
  expect(await readdir(mine.stacksDir)).toContain(project)
  await lookAlike.remove({ force: true })
  await network.remove()

  // The network of the orphan is older than a moment only later.
  const networks = await kyozo.storage.networks()
  expect(networks.map(({ project: of }) => of)).toEqual([mine.identity.project])
  expect(await kyozo.storage.removeNetwork(networks[0]!.id)).toBe(true)
}, 120_000)

it('mirrors of workspaces that are gone go, and what people pushed only when somebody deleted its workspace', async () => {
  const { workspace } = await workspaceWithEnvironment(db)
  const [fetched, deleted, unknown] = [newId(), newId(), newId()]
  const teamId = workspace.teamId
  for (const id of [workspace.id, fetched, deleted, unknown]) {
    const gitDir = await kyozo.mirrors.folderOf(id)
    if (id !== fetched) await commitTo(gitDir)
    await utimes(gitDir, new Date(0), new Date(0))
  }
  const entry = { id: newId(), teamId, actor: 'ada', actorKind: 'session' as const, action: 'workspaces.delete', subjectType: 'workspaces' }
  await db
    .insertInto('auditEvents')
    .values({ ...entry, subjectId: deleted })
    .execute()

  const { look, removed } = await collect()
  expect(named(removed)).toEqual([`mirror ${deleted}.git`, `mirror ${fetched}.git`].sort())
  expect(look.onlyCopies.map(({ workspaceId }) => workspaceId)).toEqual([unknown])
  expect((await readdir(path.join(dataDir, 'mirrors'))).sort()).toEqual([`${unknown}.git`, `${workspace.id}.git`].sort())
})

it('a mirror that grew by force pushes shrinks, and keeps the commits of kept releases', async () => {
  const { workspace } = await workspaceWithEnvironment(db)
  const gitDir = await kyozo.mirrors.folderOf(workspace.id)
  const kept = await commitTo(gitDir)
  for (let at = 0; at < 24; at++) {
    await commitTo(gitDir)
    await git(gitDir, ['repack', '-q'])
  }
  const gone = await git(gitDir, ['rev-parse', 'refs/heads/main'])
  await commitTo(gitDir)
  const files = await readdir(path.join(gitDir, 'objects'), { recursive: true, withFileTypes: true })
  for (const file of files) if (file.isFile()) await utimes(path.join(file.parentPath, file.name), new Date(0), new Date(0))
  expect(await kyozo.mirrors.compact(workspace.id, { keep: [kept, shaOf('9')] })).toBe(true)
  expect(await git(gitDir, ['cat-file', '-t', kept])).toBe('commit')
  await expect(git(gitDir, ['cat-file', '-t', gone])).rejects.toThrow()
  expect(await kyozo.mirrors.compact(workspace.id, { keep: [kept] })).toBe(false)
}, 60_000)

it('cache mounts of own builds go by their ids, and those of somebody else’s build stay', async () => {
  const ids = [`kyozo-${mine.identity.instance}/gone/cache`, `kyozo-${theirs.identity.instance}/gone/cache`, `somebody/${key()}`]
  for (const id of ids) {
    const child = run('docker', ['build', '--quiet', '-'])
    child.child.stdin!.end(`FROM ${busyboxImage}\nRUN --mount=type=cache,id=${id},target=/cache echo ${key()} > /cache/file\n`)
    const { stdout } = await child
    planted.push(stdout.trim())
  }
  const records = async () => {
    const { stdout } = await run('docker', ['buildx', 'du', '--verbose', '--filter', 'type=exec.cachemount'], { maxBuffer: 64 * 1024 ** 2 })
    return ids.filter((id) => stdout.includes(`with id "/${id}"`) || stdout.includes(`with id "${id}"`))
  }
  expect(await records()).toEqual(ids)
  const { removed } = await collect()
  expect(removed.map(({ kind, because }) => `${kind}: ${because}`)).toEqual(['build cache: there is no workspace gone'])
  expect(await records()).toEqual(ids.slice(1))
}, 120_000)

it('folders of calls go when their process has died', async () => {
  const { instance } = mine.identity
  const [dead, live, other] = ['4194303', String(process.ppid), '4194303'].map((pid, at) =>
    path.join(tmpdir(), `kyozo-docker-${at === 2 ? theirs.identity.instance : instance}-${pid}-abc${at}ef`),
  ) as [string, string, string]
  for (const folder of [dead, live, other]) await mkdir(folder)
  expect(await kyozo.storage.removeLeftovers()).toEqual([path.basename(dead)])
  for (const folder of [live, other]) await rm(folder, { recursive: true })
})

async function git(gitDir: string, args: readonly string[]): Promise<string> {
  const identity = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com']
  return (await run('git', [`--git-dir=${gitDir}`, ...identity, ...args])).stdout.trim()
}

/** A commit of its own on main, with no parent: as a force push leaves the one before. */
async function commitTo(gitDir: string): Promise<string> {
  const tree = await git(gitDir, ['hash-object', '-t', 'tree', '-w', '/dev/null'])
  const sha = await git(gitDir, ['commit-tree', tree, '-m', key()])
  await git(gitDir, ['update-ref', 'refs/heads/main', sha])
  return sha
}

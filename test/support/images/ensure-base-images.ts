// Makes the base images that are missing. An image of the same name that was not made here is the machine's own and is used as it is.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runChild } from '../../../src/child.ts'
import { type BaseImage, baseImages, debianTag } from './base-images.ts'
import { type DebianSource, fillMachineFolder, readDebianSource, runtimeFolders } from './machine-folder.ts'
import { runProgram } from './run-program.ts'

const here = import.meta.dirname
const label = 'kyozo.test-base'
/** Raised when the way the Debian image is made changes; it has no Dockerfile whose hash would say so. */
const debianRevision = '1'
/** Files that the product never reads in an image and that make it large. */
const unneededFolders = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/log',
]

/** Makes what is missing of the base images; takes well under a second when nothing is. Safe to call from several processes at once. */
export async function ensureBaseImages(): Promise<void> {
  const wanted = await wantedImages()
  if ((await missingTags(wanted)).size === 0) return
  const release = await takeLock(join(tmpdir(), 'kyozo-test-base.lock'))
  try {
    const missing = await missingTags(wanted)
    if (missing.size === 0) return
    const source = await readDebianSource()
    if (source === undefined || process.getuid?.() !== 0) await pullImages(missing)
    else await makeImages(wanted, missing, source)
  } finally {
    await release()
  }
}

interface WantedImage extends BaseImage {
  readonly hash: string
}

async function wantedImages(): Promise<readonly WantedImage[]> {
  const debian: WantedImage = { folder: 'debian', tags: [debianTag], hash: debianRevision }
  const others = baseImages.map(async (image) => ({ ...image, hash: await hashOf(image) }))
  return [debian, ...(await Promise.all(others))]
}

async function hashOf(image: BaseImage): Promise<string> {
  const hash = createHash('sha256').update(`${debianRevision}\n${image.needs?.includes('node-binary') ? process.version : ''}\n`)
  const folder = join(here, image.folder)
  for (const name of (await readdir(folder)).sort()) hash.update(`${name}\n`).update(await readFile(join(folder, name)))
  return hash.digest('hex').slice(0, 16)
}

/** Tags that do not exist, and tags that were made here from other files than those of today. */
async function missingTags(images: readonly WantedImage[]): Promise<ReadonlySet<string>> {
  const labelOf = new Map<string, string>()
  const format = `{{join .RepoTags " "}}|{{with .Config.Labels}}{{index . "${label}"}}{{end}}`
  const tags = images.flatMap((image) => image.tags)
  const inspected = await runChild({ program: 'docker', args: ['image', 'inspect', '--format', format, ...tags], deadlineMs: 30_000 })
  if (inspected.exitCode !== 0 && !/no such image/i.test(inspected.stderr)) throw new Error(`docker image inspect: ${inspected.stderr}`)
  for (const line of inspected.stdout.toString('utf8').split('\n')) {
    const [names = '', hash = ''] = line.split('|')
    for (const name of names.split(' ')) labelOf.set(name, hash)
  }
  const isStale = (tag: string, hash: string) => labelOf.get(tag) === undefined || !['', hash].includes(labelOf.get(tag) ?? '')
  return new Set(images.flatMap((image) => image.tags.filter((tag) => isStale(tag, image.hash))))
}

async function pullImages(tags: ReadonlySet<string>): Promise<void> {
  for (const tag of tags) {
    say(`pulling ${tag}`)
    await runProgram('docker', ['pull', '--quiet', tag])
  }
}

async function makeImages(images: readonly WantedImage[], missing: ReadonlySet<string>, source: DebianSource): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'kyozo-test-base-'))
  try {
    await fillMachineFolder(join(work, 'machine'), source)
    if (missing.has(debianTag)) await makeDebian(work, source)
    const folders = { machine: join(work, 'machine'), ...(await runtimeFolders()) }
    for (const image of images) {
      const tags = image.tags.filter((tag) => missing.has(tag))
      if (image.folder !== 'debian' && tags.length > 0) await buildImage({ ...image, tags }, folders)
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function makeDebian(work: string, source: DebianSource): Promise<void> {
  say(`making ${debianTag} with debootstrap`)
  if (!existsSync('/usr/sbin/debootstrap')) {
    await runProgram('apt-get', ['update', '-qq'])
    await runProgram('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'debootstrap'])
  }
  const root = join(work, 'debian')
  await runProgram('debootstrap', ['--variant=minbase', 'bookworm', root, source.uri])
  for (const folder of unneededFolders) await runProgram('find', [join(root, folder), '-type', 'f', '-delete'])
  await rm(join(root, 'etc/apt/sources.list'), { force: true })
  await runProgram('install', [
    '-D',
    '-m',
    '644',
    join(work, 'machine/debian.sources'),
    join(root, 'etc/apt/sources.list.d/debian.sources'),
  ])
  await runProgram('install', ['-D', '-m', '644', join(work, 'machine/apt.conf'), join(root, 'etc/apt/apt.conf.d/90machine')])
  const bundle = 'etc/ssl/certs/ca-certificates.crt'
  await runProgram('install', ['-D', '-m', '644', join(work, 'machine/ca-certificates.crt'), join(root, bundle)])
  await runProgram('tar', ['--numeric-owner', '-C', root, '-cf', `${root}.tar`, '.'])
  await runProgram('docker', [
    'import',
    '--change',
    'CMD ["bash"]',
    '--change',
    `LABEL ${label}=${debianRevision}`,
    `${root}.tar`,
    debianTag,
  ])
}

async function buildImage(image: WantedImage, folders: Readonly<Record<string, string>>): Promise<void> {
  say(`building ${image.tags.join(', ')}`)
  const contexts = ['machine', ...(image.needs ?? [])].flatMap((name) => ['--build-context', `${name}=${folders[name]}`])
  const tags = image.tags.flatMap((tag) => ['--tag', tag])
  const args = [
    'buildx',
    'build',
    '--load',
    '--progress=plain',
    '--provenance=false',
    '--label',
    `${label}=${image.hash}`,
    ...contexts,
    ...tags,
  ]
  await runProgram('docker', [...args, join(here, image.folder)])
}

/** Waits until no other process makes images. A lock whose process is gone is left over and is taken. */
async function takeLock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' })
      return () => rm(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (await isHeld(path)) await sleep(500)
    else await rm(path, { force: true })
  }
}

async function isHeld(path: string): Promise<boolean> {
  const holder = Number(await readFile(path, 'utf8').catch(() => ''))
  // Between its creation and its first byte the file is empty, for a moment.
  if (holder === 0) return existsSync(path)
  try {
    process.kill(holder, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function say(line: string): void {
  console.error(`test images: ${line}`)
}

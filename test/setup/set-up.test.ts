// The set-up as a stranger meets it, in a copy of the project whose packages count as installed, on machines that lack one thing or another.
import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = path.join(import.meta.dirname, '../..')
const isRoot = process.getuid?.() === 0
let folder: string
let project: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-set-up-'))
  project = path.join(folder, 'kyozo')
  await mkdir(path.join(project, 'node_modules'), { recursive: true })
  await cp(path.join(root, 'setup'), path.join(project, 'setup'), { recursive: true })
  for (const name of ['package-lock.json', 'node_modules/.kyozo-lock.json'])
    await cp(path.join(root, 'package-lock.json'), path.join(project, name))
  await chmod(folder, 0o755)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly lines: readonly string[]
}

function run(script: string, options: { readonly env?: Readonly<Record<string, string>>; readonly uid?: number } = {}): Promise<Ended> {
  const { env = {}, uid } = options
  return new Promise((resolve) => {
    const identity = uid === undefined ? {} : { uid, gid: uid }
    execFile(
      process.execPath,
      [script],
      { cwd: project, env: { PATH: process.env.PATH, ...env }, ...identity },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ exitCode, stdout, lines: stderr.split('\n').filter((line) => line !== '') })
      },
    )
  })
}

/** A PATH with these programs and no others; a text is a script that stands for one. */
async function machineWith(programs: Readonly<Record<string, string>>): Promise<string> {
  const bin = await mkdtemp(path.join(folder, 'bin-'))
  await chmod(bin, 0o755)
  for (const [name, content] of Object.entries(programs)) {
    const file = path.join(bin, name)
    if (content.startsWith('/')) await symlink(content, file)
    else await writeFile(file, `#!/bin/sh\n${content}\n`, { mode: 0o755 })
  }
  return bin
}

const docker = (compose: string) => `case "$*" in
  version*) echo 28.5.2;;
  "compose version --short") echo ${compose};;
  "buildx version") echo "github.com/docker/buildx 0.29.1";;
esac`

const engineFixes = [
  'kyozo set-up:   fix: install Docker Engine ≥ 25 with Compose and Buildx (on Debian 13 or Ubuntu 24.04: apt-get install docker.io docker-cli docker-compose docker-buildx)',
  'kyozo set-up:   fix: start it, and make sure this user may use its socket: docker info',
  'kyozo set-up:   fix: then run the same command again',
]

it('where everything is there, the set-up says nothing and changes nothing, however often it runs', async () => {
  const PATH = await machineWith({ git: 'echo git version 2.47.3', docker: docker('2.40.3') })
  for (const _ of [1, 2]) expect(await run('setup/prepare.mjs', { env: { PATH } })).toEqual({ exitCode: 0, stdout: '', lines: [] })
})

it('with KYOZO_NO_SYSTEM_INSTALL=1 it installs nothing and names everything that is missing at once', async () => {
  const PATH = await machineWith({})
  expect(await run('setup/prepare.mjs', { env: { PATH, KYOZO_NO_SYSTEM_INSTALL: '1' } })).toEqual({
    exitCode: 3,
    stdout: '',
    lines: [
      'kyozo set-up: cannot go on: git is not installed, and KYOZO_NO_SYSTEM_INSTALL=1 forbids installing it',
      'kyozo set-up:   fix: apt-get install git',
      'kyozo set-up: cannot go on: a Docker engine, Docker Compose ≥ 2.24, Docker Buildx ≥ 0.12 missing, and KYOZO_NO_SYSTEM_INSTALL=1 forbids installing it',
      ...engineFixes,
    ],
  })
})

it('a Compose that is too old is named as missing, and the rest is not', async () => {
  const PATH = await machineWith({ git: 'echo git version 2.47.3', docker: docker('2.10.0') })
  expect(await run('setup/prepare.mjs', { env: { PATH, KYOZO_NO_SYSTEM_INSTALL: '1' } })).toEqual({
    exitCode: 3,
    stdout: '',
    lines: [
      'kyozo set-up: cannot go on: Docker Compose ≥ 2.24 missing, and KYOZO_NO_SYSTEM_INSTALL=1 forbids installing it',
      ...engineFixes,
    ],
  })
})

it.runIf(isRoot)('without root it installs nothing and says that installing needs root', async () => {
  const PATH = await machineWith({ git: 'echo git version 2.47.3' })
  // The Node of the packages may lie below a folder that only root enters: the test runs the one it can reach.
  const ended = await runAsNobody(PATH)
  expect(ended.exitCode).toBe(3)
  expect(ended.lines).toEqual([
    'kyozo set-up: cannot go on: a Docker engine, Docker Compose ≥ 2.24, Docker Buildx ≥ 0.12 missing, and installing it needs root',
    ...engineFixes,
  ])
})

async function runAsNobody(PATH: string): Promise<Ended> {
  const node = path.join(folder, 'node')
  await cp(process.execPath, node)
  await chmod(node, 0o755)
  return new Promise((resolve) => {
    execFile(node, ['setup/prepare.mjs'], { cwd: project, env: { PATH }, uid: 65_534, gid: 65_534 }, (error, stdout, stderr) => {
      resolve({
        exitCode: typeof error?.code === 'number' ? error.code : 0,
        stdout,
        lines: stderr.split('\n').filter((line) => line !== ''),
      })
    })
  })
}

it('an engine at DOCKER_HOST that does not answer is named, and no other is started in its place', async () => {
  const silent = docker('2.40.3').replace('version*) echo 28.5.2;;', 'version*) exit 1;;')
  const PATH = await machineWith({ git: 'echo git version 2.47.3', docker: silent, dockerd: 'echo started >&2' })
  const ended = await run('setup/prepare.mjs', { env: { PATH, DOCKER_HOST: 'tcp://127.0.0.1:1' } })
  expect(ended.exitCode).toBe(3)
  expect(ended.lines[0]).toBe(
    isRoot
      ? 'kyozo set-up: cannot go on: the Docker engine at DOCKER_HOST=tcp://127.0.0.1:1 does not answer'
      : 'kyozo set-up: cannot go on: the Docker engine does not answer (is it running, and may this user use its socket?)',
  )
})

it('kyozo says to run npm start where its packages are not installed', async () => {
  expect(await run('setup/kyozo.mjs')).toEqual({
    exitCode: 3,
    stdout: '',
    lines: ['kyozo: its packages are not installed yet', '  run npm start once in its folder; it installs what is missing and serves'],
  })
})

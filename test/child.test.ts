// Programs that run as another user: the embedded PostgreSQL of a kyozo that root started in a folder of its own.
import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runChild } from '../src/child.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65_534, gid: 65_534 }
let folder: string
let program: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-private-'))
  await mkdir(path.join(folder, 'bin'))
  program = path.join(folder, 'bin', 'id')
  await copyFile('/usr/bin/id', program)
  await chmod(program, 0o755)
  await chmod(folder, 0o700)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const asNobody = (file: string, args: readonly string[]) => runChild({ program: file, args, owner: nobody, deadlineMs: 10_000 })

it.runIf(isRoot)('a program below a folder that only root may enter runs as another user', async () => {
  const done = await asNobody(program, ['--user'])
  expect({ exitCode: done.exitCode, output: done.stdout.toString('utf8') }).toEqual({ exitCode: 0, output: '65534\n' })
})

it.runIf(isRoot)('such a program finds the others beside it, as initdb looks for postgres', async () => {
  expect((await asNobody('/usr/bin/test', ['-x', program])).exitCode).toBe(0)
})

it.runIf(isRoot)('the other user may look into the folder and change nothing there', async () => {
  const done = await asNobody('/usr/bin/touch', [path.join(folder, 'mine')])
  expect(done.exitCode).not.toBe(0)
  expect(done.stderr).toContain('Permission denied')
})

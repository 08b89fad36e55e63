import { createHash } from 'node:crypto'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { extract } from 'tar-stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildContext } from '../../src/git/build-context.ts'
import { programReader } from '../../src/git/program-reader.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

let repository: TestRepository

beforeAll(async () => {
  repository = await createRepository({
    files: { 'app/server.js': 'listen()\n', 'app/run.sh': '#!/bin/sh\n', 'other/secret.txt': 'not sent\n' },
  })
  await symlink('/etc/passwd', path.join(repository.folder, 'app/leaves'))
  await repository.git('add', '--all')
  await repository.git('update-index', '--chmod=+x', 'app/run.sh')
  await repository.git('commit', '-m', 'Add a link')
})

afterAll(() => repository.remove())

async function contextBytes(files: readonly string[]): Promise<Buffer> {
  const reader = programReader(path.join(repository.folder, '.git'))
  const listing = await reader.listTree((await reader.readCommit('HEAD')).tree)
  const chunks: Buffer[] = []
  for await (const chunk of buildContext(reader, { listing, context: 'app', files, dockerfile: 'FROM scratch\n' }))
    chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function entriesOf(tar: Buffer): Promise<Record<string, { mode: number; text: string; type: string; link: string | null }>> {
  const found: Record<string, { mode: number; text: string; type: string; link: string | null }> = {}
  const unpack = extract()
  unpack.end(tar)
  for await (const entry of unpack) {
    let text = ''
    for await (const chunk of entry) text += chunk
    found[entry.header.name] = { mode: entry.header.mode ?? 0, text, type: entry.header.type ?? '', link: entry.header.linkname ?? null }
  }
  return found
}

it('sends exactly the files asked for, below the context’s root, with the Dockerfile beside them', async () => {
  expect(await entriesOf(await contextBytes(['app/leaves', 'app/run.sh', 'app/server.js']))).toEqual({
    'Dockerfile.kyozo': { mode: 0o644, text: 'FROM scratch\n', type: 'file', link: null },
    // A link goes as a link: nothing of what it names on this machine is read.
    leaves: { mode: 0o644, text: '', type: 'symlink', link: '/etc/passwd' },
    'run.sh': { mode: 0o755, text: '#!/bin/sh\n', type: 'file', link: null },
    'server.js': { mode: 0o644, text: 'listen()\n', type: 'file', link: null },
  })
})

it('gives the same bytes for the same commit, whenever it is made', async () => {
  const digest = async () =>
    createHash('sha256')
      .update(await contextBytes(['app/server.js']))
      .digest('hex')
  expect(await digest()).toBe(await digest())
})

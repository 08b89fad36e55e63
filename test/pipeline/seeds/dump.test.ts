// A dump of the ruling branch as its database gets it, and what is said of one that it cannot get.
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { Attempt } from '../../../src/pipeline/attempt.ts'
import type { Kyozo } from '../../../src/pipeline/kyozo.ts'
import { dumpBytes, readDump } from '../../../src/pipeline/seeds/dump.ts'
import { workspace } from '../facts.ts'

const sql = `${'create table visit (who text);\n'.repeat(10_000)}`

/** What comes of the file in a repository that holds it; null is one that is larger than asked for. */
async function read(path: string, bytes: Buffer | null): Promise<string> {
  const mirrors = { reader: async () => ({ readBlobs: async () => new Map([['b1', bytes]]) }) }
  const ruling = {
    listing: { tree: 't', entries: new Map([[path, { oid: 'b1', mode: '100644' }]]), folders: new Map() },
  }
  const seed = { service: 'postgres', kind: 'postgres', volume: 'data', from: { dump: path }, source: `${path} of main` } as const
  const dump = await readDump({ workspace: workspace() } as Attempt, { mirrors } as unknown as Kyozo, { seed, ruling: ruling as never })
  const pieces: Buffer[] = []
  for await (const piece of dumpBytes(dump)) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

it('is given as it is, and unpacked where it is packed', async () => {
  expect(await read('db/seed.sql', Buffer.from(sql))).toBe(sql)
  expect(await read('db/seed.sql.gz', gzipSync(sql))).toBe(sql)
  expect(await read('db/seed.sql', Buffer.alloc(0))).toBe('')
})

it('that is torn, too large, or elsewhere is refused in words', async () => {
  const packed = gzipSync(sql)
  await expect(read('db/seed.sql.gz', packed.subarray(0, packed.length - 20))).rejects.toMatchObject({
    code: 'seed_failed',
    service: 'postgres',
    message: 'postgres cannot be seeded from db/seed.sql.gz of main: it is no whole gzip file (unexpected end of file)',
  })
  await expect(read('db/seed.sql', null)).rejects.toMatchObject({ message: expect.stringMatching(/: it has more than 64 MiB$/) })
  const pointer = Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n')
  await expect(read('db/seed.sql', pointer)).rejects.toMatchObject({ message: expect.stringContaining('Git LFS') })
})

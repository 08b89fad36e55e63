import { describe, expect, it } from 'vitest'
import { createDisk } from '../src/disk.ts'

const gib = 1024 ** 3

function diskWith(free: { engine: number }) {
  return createDisk({
    places: { data: async () => '/data', engine: async () => '/engine' },
    soft: { percent: 10 },
    hard: { bytes: 2 * gib },
    measure: async (path) => ({ bavail: path === '/data' ? 50 * gib : free.engine, blocks: 100 * gib, bsize: 1 }),
  })
}

describe('room on the disks', () => {
  it('is told by place, against both floors', async () => {
    const states = async (engine: number) => (await diskWith({ engine }).look()).map(({ name, state }) => `${name} ${state}`)
    expect(await states(50 * gib)).toEqual(['data ok', 'engine ok'])
    expect(await states(5 * gib)).toEqual(['data ok', 'engine low'])
    expect(await states(gib)).toEqual(['data ok', 'engine full'])
  })

  it('that is not there refuses a build in words, and is not tried again by itself', async () => {
    await diskWith({ engine: 3 * gib }).assertRoom()
    await expect(diskWith({ engine: gib }).assertRoom()).rejects.toMatchObject({
      code: 'disk_full',
      retryable: false,
      message: '1.0 GiB are free on the engine’s disk (/engine), and building needs 2.0 GiB',
      hint: 'make room on that disk (`kyozo disk` says what takes it); a commit that was held back is deployed by itself then',
    })
  })

  it('that goes while something is built stops it', async () => {
    const free = { engine: 50 * gib }
    const watch = diskWith(free).watch()
    const stopped = new Promise((resolve) => watch.signal.addEventListener('abort', () => resolve(watch.signal.reason)))
    free.engine = gib
    expect(await stopped).toMatchObject({ code: 'disk_full' })
    watch.close()
  })

  it('of a disk that cannot be seen from here refuses nothing', async () => {
    const gone = createDisk({
      places: { engine: async () => Promise.reject(new Error('away')) },
      soft: { percent: 10 },
      hard: { bytes: gib },
    })
    expect(await gone.look()).toEqual([])
    await gone.assertRoom()
  })
})

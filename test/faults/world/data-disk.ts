// A small file system of a lane's own, so that a disk can be filled without filling the machine's.
import { execFile } from 'node:child_process'
import { chmod, mkdir, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface DataDisk {
  readonly folder: string
  /** Leaves no room at all. */
  fill(): Promise<void>
  empty(): Promise<void>
  remove(): Promise<void>
}

/** Far more than kyozo asks to be free. The image is sparse, and what fills it is never written: it takes no room of the machine. */
const size = '4G'

export async function mountDataDisk(parent: string): Promise<DataDisk> {
  const folder = path.join(parent, 'disk')
  const image = path.join(parent, 'disk.img')
  await mkdir(folder)
  await run('truncate', ['--size', size, image])
  await run('mkfs.ext4', ['-q', '-m', '0', '-E', 'lazy_itable_init=1,lazy_journal_init=1', image])
  await run('mount', ['-o', 'loop', image, folder])
  await chmod(folder, 0o711)
  const ballast = path.join(folder, 'ballast')
  return {
    folder,
    async fill() {
      const { bavail, bsize } = await statfs(folder)
      // It takes what there is and then says that there is no more.
      await run('fallocate', ['--length', String(Math.max(1, bavail * bsize)), ballast]).catch(() => undefined)
    },
    empty: () => rm(ballast, { force: true }),
    async remove() {
      await run('umount', ['--lazy', folder])
      await rm(image, { force: true })
    },
  }
}

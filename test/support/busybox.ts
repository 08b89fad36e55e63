// A 2 MB image with a shell, httpd, nc and wget, made from this machine's own static BusyBox: for tests where the language does not matter.
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { pack } from 'tar-stream'

export const busyboxImage = 'kyozo-test/busybox:1'

const applets = ['sh', 'httpd', 'nc', 'wget', 'sleep', 'cat', 'echo', 'true', 'false', 'tail', 'awk', 'env', 'id', 'ls', 'mkdir', 'kill', 'date', 'nslookup', 'head', 'dd', 'seq']

/** Makes the image when the engine does not have it, and names it. */
export async function busybox(): Promise<string> {
  const docker = new Docker()
  const exists = await docker
    .getImage(busyboxImage)
    .inspect()
    .then(() => true)
    .catch(() => false)
  if (exists) return busyboxImage
  const archive = pack()
  archive.entry({ name: 'bin', type: 'directory', mode: 0o755 })
  archive.entry({ name: 'tmp', type: 'directory', mode: 0o1777 })
  archive.entry({ name: 'etc/passwd', mode: 0o644 }, 'root:x:0:0:root:/:/bin/sh\n')
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, await readFile('/bin/busybox'))
  for (const name of applets) archive.entry({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' })
  archive.finalize()
  const progress = await docker.importImage(archive, { repo: 'kyozo-test/busybox', tag: '1' })
  await promisify(docker.modem.followProgress.bind(docker.modem))(progress)
  return busyboxImage
}

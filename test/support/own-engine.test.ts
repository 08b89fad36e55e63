// An engine of a test's own can be killed and started again as often as a test wants to.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { startOwnEngine } from './own-engine.ts'

const mayRun = process.getuid?.() === 0

it.runIf(mayRun)('starts again after a kill, although other programs have got the process ids that it left behind', async () => {
  const engine = await startOwnEngine()
  try {
    const container = (await engine.docker('container', 'create', 'busybox:stable')).trim()
    await engine.kill()
    const folder = path.dirname(engine.socket)
    for (const file of ['pid', 'exec/containerd/containerd.pid']) await writeFile(path.join(folder, file), String(process.pid))
    await engine.start()
    expect((await engine.docker('container', 'ls', '--all', '--quiet', '--no-trunc')).trim()).toBe(container)
  } finally {
    await engine.remove()
  }
}, 120_000) // biome-ignore format: one test

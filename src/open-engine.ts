// Opens the engine and the disks as the configuration has them.
import path from 'node:path'
import type { Config } from './config.ts'
import type { DataDir } from './data-dir.ts'
import { createDisk, type Disk } from './disk.ts'
import type { DockerEngineOptions } from './engine/docker/context.ts'
import { createDockerEngine } from './engine/docker/docker-engine.ts'
import { createDockerStorage } from './engine/docker/storage.ts'
import type { Engine } from './engine/engine.ts'
import type { EngineStorage } from './engine/storage.ts'

export function openEngine(
  config: Config,
  { dataDir, ...parts }: Pick<DockerEngineOptions, 'instance' | 'log' | 'gates' | 'halt'> & { readonly dataDir: DataDir },
): Engine {
  const stacksDir = path.join(dataDir.path, 'stacks')
  return createDockerEngine({
    ...parts,
    stacksDir,
    ...(config.dockerHost === undefined ? {} : { dockerHost: config.dockerHost }),
    ...(config.networkPool === undefined ? {} : { networkPool: config.networkPool }),
  })
}

export function openDisk(
  config: Config,
  { instance, dataDir, log }: { readonly instance: string; readonly dataDir: DataDir; readonly log: DockerEngineOptions['log'] },
): { readonly storage: EngineStorage; readonly disk: Disk } {
  const stacksDir = path.join(dataDir.path, 'stacks')
  const host = config.dockerHost
  const storage = createDockerStorage({ instance, stacksDir, log, ...(host === undefined ? {} : { dockerHost: host }) })
  let root: string | undefined
  const engineRoot = async () => {
    root ??= await storage.root()
    return root
  }
  // The disk of an engine on another machine cannot be seen from here.
  const isHere = host === undefined || host.startsWith('unix:')
  const places = { data: async () => dataDir.path, ...(isHere ? { engine: engineRoot } : {}) }
  return { storage, disk: createDisk({ places, soft: config.diskSoft, hard: config.diskHard }) }
}

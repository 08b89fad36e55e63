// What the engine keeps on its disk, as the collector sees it. engine/docker/storage.ts is the one implementation; every method throws KyozoError
// only. Nothing here touches what does not carry this instance's labels, and nothing ever removes a volume.

export interface StoredImage {
  readonly id: string
  /** Those that kyozo gave: `kyozo/<workspace>/<service>:<key>`. Names that others gave are not here. */
  readonly names: readonly string[]
  /** Whether it has no name at all, of nobody. */
  readonly isNameless: boolean
  readonly bytes: number
  /** When it was made or named last, in milliseconds since 1970. */
  readonly since: number
}

export interface StoredContainer {
  readonly id: string
  readonly name: string
  readonly project: string
  /** What it has written. */
  readonly bytes: number
}

export interface StoredNetwork {
  readonly id: string
  readonly name: string
  readonly project: string | undefined
  /** In milliseconds since 1970. */
  readonly since: number
}

export interface StoredVolume {
  readonly name: string
  readonly bytes: number | undefined
  readonly isUsed: boolean
}

export interface StoredCache {
  readonly id: string
  readonly bytes: number
  /** The workspace whose builds it belongs to; undefined for what cannot be told from other people's. */
  readonly workspace: string | undefined
  readonly isInUse: boolean
  /** In milliseconds since 1970. */
  readonly usedAt: number
  readonly words: string
}

export interface EngineStorage {
  /** The folder where the engine keeps its data, on its own machine. */
  root(): Promise<string>
  /** Of this instance. */
  images(): Promise<readonly StoredImage[]>
  /** Ids of the images that containers have, whoever's they are, running or not. */
  imagesInUse(): Promise<ReadonlySet<string>>
  /** Takes the name. False when it is in use after all. One that is gone already is no error. */
  removeImage(nameOrId: string): Promise<boolean>
  /** Of this instance: those that a release made, by their labels. */
  containers(): Promise<readonly StoredContainer[]>
  networks(): Promise<readonly StoredNetwork[]>
  volumes(): Promise<readonly StoredVolume[]>
  /** False when a container is still connected. */
  removeNetwork(id: string): Promise<boolean>
  /** All that the engine's builder keeps, whoever's it is. */
  cache(): Promise<readonly StoredCache[]>
  /** One record that is this instance's; false when it is in use, or is not there any more. */
  removeCache(record: StoredCache): Promise<boolean>
  /** Projects that have a folder of compose files here, with the time of the last change in milliseconds since 1970. */
  stackFolders(): Promise<readonly { readonly project: string; readonly bytes: number; readonly since: number }[]>
  removeStackFolder(project: string): Promise<void>
  /** Removes what a killed process of this instance left of calls of the docker program. Returns the folders. */
  removeLeftovers(): Promise<readonly string[]>
}

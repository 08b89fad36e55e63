// What the configuration files of a folder say about databases and neighbours. One file a framework, one line in readers.ts.
import type { StatedAddress } from '../../claim.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Configured } from '../backing.ts'

export interface Configuration {
  readonly addresses?: readonly StatedAddress[]
  readonly configured?: readonly Configured[]
  /** Whether production keeps its data in a file. Default is false. */
  readonly keepsOwn?: boolean
}

/** Reads what belongs to one framework, when the folder has it. */
export type ConfigurationReader = (folder: Folder, repository: Repository) => Configuration

/** Characters of a configuration file that are looked at, and facts taken from one. */
export const configurationLimit = 64 * 1024
export const factsLimit = 60

// What the configuration files of a folder say about databases and neighbours. One file a framework, one line in readers.ts.
import type { StatedAddress } from '../../claim.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import type { Configured } from '../backing.ts'

export interface Configuration {
  readonly addresses?: readonly StatedAddress[]
  readonly configured?: readonly Configured[]
  /** Whether production keeps its data in a file. Default is false. */
  readonly keepsOwn?: boolean
  /** The file that production keeps its data in. Default is none that is known. */
  readonly dataFile?: DataFile
}

export interface DataFile {
  readonly evidence: Evidence
  /** The folder that holds nothing but such files, as the program's own folder sees it. Default is none. */
  readonly folder?: string
}

/** Reads what belongs to one framework, when the folder has it. */
export type ConfigurationReader = (folder: Folder, repository: Repository) => Configuration

/** Characters of a configuration file that are looked at, and facts taken from one. */
export const configurationLimit = 64 * 1024
export const factsLimit = 60

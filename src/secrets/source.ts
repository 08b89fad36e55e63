// Secrets that somebody else keeps: a manager, or an encrypted file in the repository. One that is added is a file beside encrypted-file.ts, a
// line in `sources`, and its key in the schema of kyozo.yaml.
import { encryptedFile } from './encrypted-file.ts'

export interface SecretSource {
  /** Names of secrets of the workspace or environment by which it is opened. They never reach a container. */
  readonly needs: readonly string[]
  /** Everything that it holds, by name. Throws `secret_unreadable` naming what is missing; never a value. */
  read(request: SourceRequest): Promise<ReadonlyMap<string, SourceValue>>
}

export interface SourceRequest {
  /** Where, as kyozo.yaml says it: a file's path. */
  readonly at: string
  /** Of `needs`, those that are set. */
  readonly credentials: ReadonlyMap<string, string>
  /** A regular file of the commit; undefined when there is none or it is too large. */
  readonly readFile: (path: string) => Promise<Buffer | undefined>
}

export interface SourceValue {
  readonly value: string
  /** Another one whenever the value is another; nothing of the value can be learned from it. */
  readonly version: string
}

/** By the key that stands for it in an entry of `secrets` in kyozo.yaml. */
export const sources = { file: encryptedFile } as const satisfies Record<string, SecretSource>

/** All that let a source be opened. */
export const credentialNames: ReadonlySet<string> = new Set(Object.values(sources).flatMap(({ needs }) => needs))

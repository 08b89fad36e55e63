// Tables of values that are kept encrypted.
import type { Generated } from 'kysely'
import type { Time } from './columns.ts'

export interface SecretTable {
  id: string
  teamId: string
  workspaceId: string
  environmentId: string | null
  service: string | null
  name: string
  ciphertext: Buffer
  version: Generated<number>
  /** The key that sealed it. */
  keyId: Generated<string>
  /** Made by kyozo, not set by a person. */
  isMade: Generated<boolean>
  createdById: string | null
  updatedById: string | null
  createdAt: Time
  updatedAt: Time
}

/** A value that was replaced or removed, as it was sealed. */
export interface RetiredSecretTable {
  id: string
  teamId: string
  workspaceId: string
  environmentId: string | null
  service: string | null
  name: string
  ciphertext: Buffer
  keyId: string
  retiredAt: Time
}

/** The values that a release ran with, sealed together. */
export interface ReleaseValuesTable {
  releaseId: string
  teamId: string
  environmentId: string
  ciphertext: Buffer
  keyId: string
  createdAt: Time
}

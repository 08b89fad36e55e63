// A service while its file is being read: what is known so far, and what can only be settled when the whole file is known.

import type { Place } from './located.ts'
import type { ComposeModelService } from './model.ts'
import type { BuildDraft } from './service/build.ts'
import type { PlacedText } from './values.ts'

type Settled = Omit<ComposeModelService, 'build'>

export type ServiceDraft = { -readonly [Key in keyof Settled]?: Settled[Key] } & {
  build?: BuildDraft
  /** `configs` and `secrets` that the service is given, by the entry of the top-level map. */
  files?: readonly FileReference[]
  volumesFrom?: readonly VolumesFrom[]
  /** Where each reference to another service, a volume or a network stands, for the check that it exists. */
  references?: readonly Reference[]
  buildPlace?: Place
  place?: Place
}

export interface FileReference {
  readonly kind: 'configs' | 'secrets'
  readonly source: string
  readonly target: string
  readonly mode?: string
  readonly uid?: string
  readonly gid?: string
  readonly place: Place
}

export interface VolumesFrom {
  readonly service: string
  readonly isReadOnly: boolean
  readonly place: Place
}

export interface Reference extends PlacedText {
  readonly kind: 'service' | 'volume' | 'network'
  readonly isRequired: boolean
}

export function addReference(draft: ServiceDraft, reference: Reference): void {
  draft.references = [...(draft.references ?? []), reference]
}

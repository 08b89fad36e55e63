// A stack that ran before, to run again: the same services, images and settings under the labels of a new release.
import type { StackIdentity } from '../engine/engine.ts'
import { overlayText } from './document.ts'
import { runtimeOverlay } from './overlay.ts'
import type { StackSpec } from './stack.ts'

export interface RunAgain {
  readonly identity: StackIdentity
  readonly release: string
  readonly revision: string
  readonly generation: number
}

export function stackOfRelease(kept: StackSpec, again: RunAgain): StackSpec {
  const overlay = runtimeOverlay({ ...again, services: kept.services, volumes: kept.volumes })
  return { ...kept, overlay, overlayText: overlayText(overlay) }
}

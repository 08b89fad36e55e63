// What `backing` in kyozo.yaml says: which services that code needs kyozo adds, and which somebody runs elsewhere.
import type { DeclarationFile } from '../declaration/declaration.ts'
import { nearestWord } from '../nearest.ts'
import { type BackingKind, backingKinds } from '../topology.ts'
import { ruleCalled } from './kinds.ts'
import type { Directory } from './names.ts'

/** Whether a kind is not to be added. */
export function isOffFor({ declaration: { backing = 'auto' } }: DeclarationFile): (kind: BackingKind) => boolean {
  if (typeof backing === 'string') return () => backing === 'off'
  const off = new Set(Object.entries(backing).flatMap(([key, said]) => (said === 'off' ? [ruleCalled(key)?.kind] : [])))
  return (kind) => off.has(kind)
}

/** A key that is no kind would switch nothing off. */
export function refuseUnknownBacking({ declaration: { backing }, refuse }: DeclarationFile, { names }: Directory): void {
  if (typeof backing !== 'object') return
  for (const key of Object.keys(backing)) {
    if (ruleCalled(key) !== undefined) continue
    if (names.has(key))
      refuse(
        ['backing', key],
        `backing.${key}: ${key} is a service of the repository; leave it out with services: {${key}: {ignore: true}}`,
      )
    const near = nearestWord(key, backingKinds)
    const fix = near === undefined ? `it may be ${backingKinds.slice(0, 12).join(', ')} and others` : `did you mean ${near}?`
    refuse(['backing', key], `backing.${key}: no kind of backing service is called ${key}; ${fix}`)
  }
}

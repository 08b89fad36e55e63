// What asks for a person: data that goes out of reach, and what kyozo is not sure of. What was unsure before, and was merged, is not asked again.
import { unsureBelow } from '../topology/claim.ts'
import type { Decision, ServiceChange, VolumeRisk } from './review.ts'

export function decisionsOf(services: readonly ServiceChange[], risks: readonly VolumeRisk[]): readonly Decision[] {
  const data = risks.map(({ service, volume, words }): Decision => ({ kind: 'data', service, words: `${volume} of ${service}: ${words}` }))
  return [...data, ...services.flatMap(unsure)]
}

function unsure({ name, kind, before, after }: ServiceChange): readonly Decision[] {
  if (kind === 'unchanged' || after?.confidence == null || after.confidence >= unsureBelow) return []
  const wasUnsure = before?.confidence != null && before.confidence < unsureBelow && before.type === after.type
  if (wasUnsure) return []
  const words = `${name} is taken for ${after.type} with ${Math.round(after.confidence * 100)}% certainty only`
  return [{ kind: 'unsure', service: name, words }]
}

// How binding each sign of a link is: by who says it, as for every other value (precedence.ts).
import type { StatedAddress } from '../claim.ts'
import { bindingOf, guessBinding } from '../precedence.ts'
import type { OpenLink } from './links.ts'

/** The link with a weight on its evidence. */
export function weighed<L extends Pick<OpenLink, 'evidence'>>(link: L, weight: number): L {
  return { ...link, evidence: link.evidence.map((fact) => ({ ...fact, weight })) }
}

/** An address, by who states it. */
export const addressBinding: Readonly<Record<StatedAddress['from'], number>> = {
  declaration: 1,
  compose: bindingOf('compose'),
  source: guessBinding.read,
  example: guessBinding.usual,
}

/** A driver that is used, or one that is only installed. */
export const needBinding: Readonly<Record<'requires' | 'optional' | 'conflicts', number>> = {
  requires: guessBinding.read,
  conflicts: guessBinding.read,
  optional: guessBinding.usual,
}

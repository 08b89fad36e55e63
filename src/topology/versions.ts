// A runtime's version as an image tag uses it.
import semver from 'semver'

/** `v24.1.0` → `24`, `>=20 <23` → `20`, `lts/*` → undefined. Parts is how many numbers are kept. Default is 1. */
export function normalizeVersion(text: string | undefined, parts: 1 | 2 = 1): string | undefined {
  const words = text?.trim().slice(0, 100)
  if (words === undefined || words === '') return undefined
  const plain = /^[vV=^~]{0,2}\s?(\d{1,4})(?:\.(\d{1,4}))?(?:\.(?:\d{1,4}|[x*]))?$/.exec(words)
  if (plain !== null) return parts === 1 || plain[2] === undefined ? plain[1] : `${plain[1]}.${plain[2]}`
  const least = validMinimum(words)
  if (least === undefined) return undefined
  return parts === 1 ? String(least.major) : `${least.major}.${least.minor}`
}

function validMinimum(range: string): { readonly major: number; readonly minor: number } | undefined {
  const valid = semver.validRange(range)
  return (valid === null || valid === '*' ? null : semver.minVersion(valid)) ?? undefined
}

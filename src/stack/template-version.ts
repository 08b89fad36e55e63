// The version of a language's image: what the service asks for, in the form of a tag, and never older than the policy's oldest.
import { KyozoError } from '../errors.ts'
import type { Template, VersionPolicy } from './template.ts'

/** A version newer than any known one is taken as it is: a template only gets older. Throws `dockerfile_refused` for no version at all. */
export function imageVersion(asked: string | undefined, policy: VersionPolicy): string {
  if (asked === undefined) return policy.default
  const numbers = /^v?(\d{1,4})(?:\.(\d{1,4}))?(?:\.\d{1,6})?$/.exec(asked.trim())
  if (numbers === null)
    throw new KyozoError('dockerfile_refused', `${JSON.stringify(asked.slice(0, 40))} is not a version`, {
      hint: `state one such as ${policy.default}`,
    })
  const [, major = '', minor] = numbers
  if (policy.parts === 2 && minor === undefined) return major === policy.default.split('.')[0] ? policy.default : major
  const version = policy.parts === 1 ? major : `${major}.${minor}`
  return isOlder(version, policy.oldest) ? policy.oldest : version
}

/** The version of a template's image when it is older or newer than the one that is asked for; undefined when it is that one. */
export function otherVersion(asked: string | undefined, template: Template | undefined): string | undefined {
  if (asked === undefined || template?.versions === undefined || !/^v?\d{1,4}(?:\.\d{1,6}){0,2}$/.test(asked.trim())) return undefined
  const version = imageVersion(asked, template.versions)
  const [plain = ''] = /\d.*/.exec(asked.trim()) ?? []
  return plain === version || plain.startsWith(`${version}.`) || version.startsWith(`${plain}.`) ? undefined : version
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = than.split('.').map(Number)
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}

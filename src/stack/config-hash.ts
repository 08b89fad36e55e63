// Whether a container is the one that should run: a hash of what it was created from.
import { canonicalJson, sha256 } from './canonical.ts'

/** Comes first in the hash's text: an upgrade that computes the hash anew keeps the old version for what did not change. */
const hashVersion = 'v1'

/** What decides nothing about a single container: how its image is made, in which order and how often it is started, and labels. */
const keysOutsideContainer = new Set(['build', 'depends_on', 'labels', 'scale'])

export interface ConfigHashInput {
  /** The service as the document defines it. */
  readonly definition: Readonly<Record<string, unknown>>
  readonly image: string
  /** Versions of the secret values it reads, by variable. */
  readonly secretVersions: Readonly<Record<string, string>>
}

/** `v1:` and 32 hexadecimal digits. */
export function configHash({ definition, image, secretVersions }: ConfigHashInput): string {
  const inside = Object.entries(definition).filter(([key]) => !keysOutsideContainer.has(key))
  const parts = [withoutReplicas(Object.fromEntries(inside)), image, secretVersions]
  return `${hashVersion}:${sha256(canonicalJson(parts)).slice(0, 32)}`
}

/** The number of copies is a matter of the stack: one more copy must not replace those that run. */
function withoutReplicas(definition: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { deploy } = definition
  if (typeof deploy !== 'object' || deploy === null) return definition
  return { ...definition, deploy: { ...deploy, replicas: undefined } }
}

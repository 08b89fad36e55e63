// What an event of a service carries, type by type. Closed: an event says what its type says and nothing else, so that readers can rely on it.
import { z } from 'zod'

const sha = z.string().regex(/^[0-9a-f]{7,64}$/, { error: 'must be the id of a commit' })
const containers = z.array(z.string().min(1).max(128)).max(100)
const words = z.string().max(2_000)
const count = z.int().min(0).max(100)

const schemas = {
  /** What a release is about to do for the service, and why. */
  deployment_started: z.strictObject({ sha, operation: words, cause: words }),
  deployment_completed: z.strictObject({ sha, image: words, configHash: words, containers, wasBuilt: z.boolean() }),
  /** What runs instead is the commit `servingSha`; absent where nothing does. */
  deployment_failed: z.strictObject({ sha, code: words, servingSha: sha.optional() }),
  service_started: z.strictObject({ containers, cause: words }),
  service_stopped: z.strictObject({ containers, cause: words }),
  /** `inPlace`: the same containers, which did not answer meanwhile; otherwise new ones beside them. */
  service_restarted: z.strictObject({ containers, inPlace: z.boolean(), cause: words }),
  service_scaled: z.strictObject({ from: count, to: count, cause: words }),
  health_check_passed: z.strictObject({ check: z.enum(['http', 'tcp', 'exec', 'grpc', 'docker']) }),
  health_check_failed: z.strictObject({ check: z.enum(['http', 'tcp', 'exec', 'grpc', 'docker']) }),
  /** Names of settings, never their values. */
  configuration_updated: z.strictObject({ keys: z.array(z.string().min(1).max(200)).max(100) }),
  image_built: z.strictObject({ sha, image: words }),
  image_pushed: z.strictObject({ image: words, registry: words }),
}

export type ServiceEventType = keyof typeof schemas
export type ServiceEventData<T extends ServiceEventType> = z.infer<(typeof schemas)[T]>

/** Everything that is wrong with the data of an event, as sentences; empty when it is as its type wants it. */
export function problemsOfEvent(type: ServiceEventType, data: unknown): readonly string[] {
  const parsed = schemas[type].safeParse(data)
  if (parsed.success) return []
  return parsed.error.issues.map(
    ({ path, message }) => `event_data${path.map((part) => `.${String(part)}`).join('')} of ${type}: ${message}`,
  )
}

// How a service's health is proved, as a person sets it.
import type { Problem } from '../../errors.ts'
import { inside, isObject, type Place, problem, unknownKeys } from './problem.ts'

export const healthKinds = ['http', 'tcp', 'exec', 'none'] as const
type HealthKind = (typeof healthKinds)[number]

const keysOf: Readonly<Record<HealthKind, readonly string[]>> = {
  http: ['kind', 'path', 'port'],
  tcp: ['kind', 'port'],
  exec: ['kind', 'command'],
  none: ['kind'],
}
const mostWords = 100

export function checkHealth(value: unknown, place: Place): Problem[] {
  if (!isObject(value)) return [problem(place, value, 'must be a check such as {"kind": "http", "path": "/healthz"}')]
  const kind = healthKinds.find((one) => one === value.kind)
  if (kind === undefined) return [problem(inside(place, 'kind'), value.kind, `must be one of ${healthKinds.join(', ')}`)]
  const { path, port, command } = value
  return [
    ...unknownKeys(value, place, keysOf[kind]),
    ...(kind === 'http' && !isPath(path)
      ? [problem(inside(place, 'path'), path, 'must be a path such as /healthz, without spaces, at most 500 characters')]
      : []),
    ...((kind === 'http' && port !== undefined) || kind === 'tcp' ? checkPort(port, inside(place, 'port')) : []),
    ...(kind === 'exec' ? checkCommand(command, inside(place, 'command')) : []),
  ]
}

/** In the words of kyozo.yaml's `health`. Only for what was checked. */
export function declaredHealth(value: Readonly<Record<string, unknown>>): unknown {
  const { kind, path, port, command } = value
  if (kind === 'http') return port === undefined ? path : { path, port }
  if (kind === 'tcp') return { tcp: port }
  return kind === 'exec' ? { command } : 'none'
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && /^\/\S{0,499}$/.test(value)
}

function checkPort(value: unknown, place: Place): Problem[] {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return []
  return [problem(place, value, 'must be a whole number from 1 to 65535: the port inside the container')]
}

function checkCommand(value: unknown, place: Place): Problem[] {
  const isCommand =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= mostWords &&
    value.every((word) => typeof word === 'string' && word !== '' && word.length <= 2_000)
  return isCommand ? [] : [problem(place, value, `must be a list of 1 to ${mostWords} words such as ["./check"]`)]
}

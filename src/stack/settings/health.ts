// How a service's health is proved, as a person sets it.
import type { Problem } from '../../errors.ts'
import { failuresInARow, grpcService, healthInterval, healthTimeout } from '../../topology/declaration/values.ts'
import { inside, isObject, type Place, problem, unknownKeys } from './problem.ts'

export const healthKinds = ['http', 'tcp', 'exec', 'grpc', 'docker', 'none'] as const
type HealthKind = (typeof healthKinds)[number]

const paceKeys = ['interval', 'timeout', 'retries']
const keysOf: Readonly<Record<HealthKind, readonly string[]>> = {
  http: ['kind', 'path', 'port', ...paceKeys],
  tcp: ['kind', 'port', ...paceKeys],
  exec: ['kind', 'command', ...paceKeys],
  grpc: ['kind', 'port', 'service', ...paceKeys],
  docker: ['kind', ...paceKeys],
  none: ['kind'],
}
const mostWords = 100

export function checkHealth(value: unknown, place: Place): Problem[] {
  if (!isObject(value)) return [problem(place, value, 'must be a check such as {"kind": "http", "path": "/healthz"}')]
  const kind = healthKinds.find((one) => one === value.kind)
  if (kind === undefined) return [problem(inside(place, 'kind'), value.kind, `must be one of ${healthKinds.join(', ')}`)]
  const { path, port, command, service } = value
  return [
    ...unknownKeys(value, place, keysOf[kind]),
    ...(kind === 'none' ? [] : checkPace(value, place)),
    ...(kind === 'http' && !isPath(path)
      ? [problem(inside(place, 'path'), path, 'must be a path such as /healthz, without spaces, at most 500 characters')]
      : []),
    ...((kind === 'http' && port !== undefined) || kind === 'tcp' || kind === 'grpc' ? checkPort(port, inside(place, 'port')) : []),
    ...(kind === 'grpc' ? checkOne(grpcService, service, inside(place, 'service')) : []),
    ...(kind === 'exec' ? checkCommand(command, inside(place, 'command')) : []),
  ]
}

/** In the words of kyozo.yaml's `health`. Only for what was checked. */
export function declaredHealth(value: Readonly<Record<string, unknown>>): unknown {
  const { kind, path, port, command, service, interval, timeout, retries } = value
  const pace = said({ interval, timeout, retries })
  const hasPace = Object.keys(pace).length > 0
  switch (kind as HealthKind) {
    case 'http':
      return port === undefined && !hasPace ? path : { path, ...said({ port }), ...pace }
    case 'tcp':
      return { tcp: port, ...pace }
    case 'exec':
      return { command, ...pace }
    case 'grpc':
      return { grpc: port, ...said({ service }), ...pace }
    case 'docker':
      return hasPace ? { docker: true, ...pace } : 'docker'
    case 'none':
      return 'none'
  }
}

function said(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function checkPace({ interval, timeout, retries }: Readonly<Record<string, unknown>>, place: Place): Problem[] {
  return [
    ...checkOne(healthInterval, interval, inside(place, 'interval')),
    ...checkOne(healthTimeout, timeout, inside(place, 'timeout')),
    ...checkOne(failuresInARow, retries, inside(place, 'retries')),
  ]
}

/** By the rule that kyozo.yaml has for it; what is absent is well. */
function checkOne(rule: typeof healthInterval | typeof failuresInARow, value: unknown, place: Place): Problem[] {
  const problems = value === undefined ? [] : (rule.safeParse(value).error?.issues ?? [])
  return problems.slice(0, 1).map(({ message }) => problem(place, value, message))
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

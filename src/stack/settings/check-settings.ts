// What a person wants of one service, as the API takes it: checked all at once, and in the keys that kyozo.yaml has for a service.
import type { Problem } from '../../errors.ts'
import { declarationSchema } from '../../topology/declaration/schema.ts'
import { checkHealth, declaredHealth } from './health.ts'
import { checkPorts, type PortRules } from './ports.ts'
import { inside, isObject, type Place, problem } from './problem.ts'
import { checkResources } from './resources.ts'
import { checkReplicas, checkScaling } from './scaling.ts'
import { checkVariables } from './variables.ts'

export interface SettingsRules {
  readonly ports: PortRules
  /** Why there can be only one copy. Default is that there can be many. */
  readonly single?: string | undefined
}

/** Settings by key of `services.<name>`; null takes one back. */
export type SettingsChange = Readonly<Record<string, unknown>>

interface Checked {
  readonly change: SettingsChange
  readonly problems: readonly Problem[]
}

type Check = (value: unknown, place: Place, rules: SettingsRules) => Checked

/** Attributes that stand for one key each; `settings` takes every key by its own name. */
const attributeChecks: Readonly<Record<string, Check>> = {
  port_mappings: (value, place, { ports }) => {
    const checked = checkPorts(value, place, ports)
    return { change: { ports: checked.ports }, problems: checked.problems }
  },
  environment_variables: (value, place) => ({ change: { env: value }, problems: checkVariables(value, place) }),
  resource_limits: (value, place) => ({ change: { resources: value }, problems: checkResources(value, place) }),
  health_check_config: (value, place) => {
    const problems = checkHealth(value, place)
    return { change: problems.length > 0 ? {} : { health: declaredHealth(value as Record<string, unknown>) }, problems }
  },
  scaling_config: (value, place, { single }) => ({
    change: isObject(value) ? { replicas: value.replicas } : {},
    problems: checkScaling(value, place, single),
  }),
  settings: checkDeclared,
}

/** Keys whose attribute has stricter rules than the schema. */
const keyOfAttribute: Readonly<Record<string, string>> = {
  port_mappings: 'ports',
  environment_variables: 'env',
  resource_limits: 'resources',
  health_check_config: 'health',
  scaling_config: 'replicas',
}

/** `attributes` are those of a request; names that are no settings are passed over. Every problem is told. */
export function checkSettings(attributes: Readonly<Record<string, unknown>>, rules: SettingsRules): Checked {
  const all = Object.entries(attributes).flatMap(([name, value]) => {
    const check = attributeChecks[name]
    if (check === undefined || value === undefined) return []
    const key = keyOfAttribute[name]
    if (value === null) return [{ change: key === undefined ? {} : { [key]: null }, problems: [] }]
    return [check(value, { pointer: `/data/attributes/${name}`, field: name }, rules)]
  })
  return { change: Object.assign({}, ...all.map(({ change }) => change)), problems: all.flatMap(({ problems }) => problems) }
}

/** The settings once the change has been made. */
export function changedSettings(before: SettingsChange, change: SettingsChange): SettingsChange {
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== null && value !== undefined))
}

function checkDeclared(value: unknown, place: Place, rules: SettingsRules): Checked {
  if (!isObject(value)) return { change: {}, problems: [problem(place, value, 'must be an object with keys of a service of kyozo.yaml')] }
  const set = Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null))
  const { ports, ...declared } = set
  const checkedPorts = ports === undefined ? { ports: undefined, problems: [] } : checkPorts(ports, inside(place, 'ports'), rules.ports)
  return {
    change: { ...value, ...(checkedPorts.ports === undefined ? {} : { ports: checkedPorts.ports }) },
    problems: [
      ...checkedPorts.problems,
      ...schemaProblems(declared, place),
      ...(isObject(declared.env) ? checkVariables(declared.env, inside(place, 'env')) : []),
      ...(declared.replicas === undefined ? [] : singleProblems(declared.replicas, inside(place, 'replicas'), rules.single)),
    ],
  }
}

/** The schema tells what is no number of copies. */
function singleProblems(replicas: unknown, place: Place, single: string | undefined): Problem[] {
  return typeof replicas === 'number' && replicas > 1 && replicas <= 100 ? checkReplicas(replicas, place, single) : []
}

const anyName = 'service'

function schemaProblems(declared: Readonly<Record<string, unknown>>, place: Place): Problem[] {
  const read = declarationSchema.safeParse({ services: { [anyName]: declared } })
  if (read.success) return []
  return read.error.issues.flatMap((issue) => {
    const path = issue.path.slice(2).map((key) => (typeof key === 'number' ? key : String(key)))
    const at = path.reduce<Place>((outer, key) => inside(outer, key), place)
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) =>
        problem(inside(at, key), valueAt(declared, [...path, key]), `is not known here; known are ${issue.message}`),
      )
    return [problem(at, valueAt(declared, path), issue.message)]
  })
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  )
}

// Joins the drafts: a service learns its siblings' addresses, and waits for those that it cannot do without.
import { type ComposeMap, type ComposeValue, interpolate, type Variable } from './compose-value.ts'
import type { Condition, Endpoint, Need, ServiceDraft } from './service-draft.ts'
import { sayVariables, type VariableOrigins } from './value-reasons.ts'

export interface LinkedService extends ServiceDraft {
  /** With `environment` and `depends_on`. */
  readonly definition: ComposeMap
  /** The siblings that must be there first, and since when. */
  readonly dependsOn: readonly { readonly service: string; readonly condition: Condition }[]
}

/** Needs of services that the stack does not have are left out: the topology has said that nothing provides them. */
export function linkServices(drafts: readonly ServiceDraft[]): readonly LinkedService[] {
  const byName = new Map(drafts.map((draft) => [draft.name, draft]))
  return drafts.map((draft) => linkService(draft, byName))
}

function linkService(draft: ServiceDraft, byName: ReadonlyMap<string, ServiceDraft>): LinkedService {
  const met = draft.needs.flatMap((need) => {
    const target = byName.get(need.service)
    return target === undefined || target === draft ? [] : [{ need, target }]
  })
  const connections = connectionsOf(draft, met)
  const environment = { ...draft.environment, ...Object.fromEntries([...connections].map(([name, { value }]) => [name, value])) }
  const ordered = met.filter(({ need }) => need.kind !== 'reached_only')
  return {
    ...draft,
    environment,
    reasons: [...draft.reasons, ...sayVariables(originsOf(draft, { names: Object.keys(environment), connections }))],
    definition: {
      ...draft.definition,
      ...(Object.keys(environment).length === 0 ? {} : { environment }),
      ...(ordered.length === 0 ? {} : { depends_on: Object.fromEntries(ordered.map(waitOf)) }),
    },
    dependsOn: ordered.map(({ need, target }) => ({ service: target.name, condition: need.condition ?? conditionOf(target) })),
  }
}

interface MetNeed {
  readonly need: Need
  readonly target: ServiceDraft
}

interface Connected {
  readonly value: ComposeValue
  /** Where it leads. */
  readonly service: string
}

function connectionsOf(draft: ServiceDraft, met: readonly MetNeed[]): ReadonlyMap<string, Connected> {
  const found = new Map<string, Connected>()
  for (const { need, target } of met) {
    const signsIn = target.hasMadeLogin === true && isReachedAt(draft, { need, target })
    for (const { variable, template } of need.connections) {
      const value = fillTemplate(template, target.endpoint)
      if (value !== undefined && !stays(variable, draft, { target, isLogin: signsIn && !/\{host\}/.test(template) }))
        found.set(variable, { value, service: target.name })
    }
  }
  return found
}

/** Values of its own are its own to explain: what kyozo made for a database is said beside it. */
function originsOf(
  { declared, statedBy, hasMadeLogin }: ServiceDraft,
  { names, connections }: { names: readonly string[]; connections: ReadonlyMap<string, Connected> },
): VariableOrigins {
  const connected = new Map([...connections].map(([name, { service }]) => [name, service]))
  return { names, connected, declared, ...(hasMadeLogin === true ? {} : { statedBy }) }
}

/** Whether its address, as far as it takes one from variables, is the other's and no third one's. */
function isReachedAt(draft: ServiceDraft, { need, target }: MetNeed): boolean {
  const addresses = need.connections.filter(({ template }) => template.includes('{host}'))
  return addresses.some(({ variable }) => {
    const value = draft.environment[variable]
    return !isSet(value) || namesHost(value, target.endpoint.host)
  })
}

/** Defaults of the source belong to the database of whoever wrote them: a login that kyozo made replaces them with the address. */
function stays(variable: string, draft: ServiceDraft, { target, isLogin }: { target: ServiceDraft; isLogin: boolean }): boolean {
  const value = draft.environment[variable]
  if (!isSet(value)) return false
  if (draft.declared.has(variable)) return true
  const hasOtherLogin = target.hasMadeLogin === true && target.endpoint.password !== undefined && namesHost(value, target.endpoint.host)
  return !isLogin && !hasOtherLogin
}

/** `postgres`, `postgres:5432` and `postgres://shop:shop@postgres:5432/shop` name the host `postgres`. */
function namesHost(value: ComposeValue | undefined, host: string): boolean {
  if (typeof value !== 'string') return false
  return value
    .split(/[/@=,]/)
    .some((piece) => piece === host || (piece.startsWith(`${host}:`) && /^:\d{1,5}\b/.test(piece.slice(host.length))))
}

/** What the repository sets stays, unless it points to the service's own loopback: in a container of its own nothing else is there. */
function isSet(value: ComposeValue | undefined): boolean {
  if (value === undefined || value === '') return false
  return (
    typeof value !== 'string' ||
    !/(^|\/|@|=)(localhost|(?:host|gateway)\.docker\.internal|host\.containers\.internal|docker\.for\.(?:mac|win)\.localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)(?=[:/,?]|$)/i.test(
      value,
    )
  )
}

/** The address, or nothing when the other has no port to be reached at, or no login where that is all that is asked for. */
function fillTemplate(template: string, endpoint: Endpoint): ComposeValue | undefined {
  if ((template === '{user}' && endpoint.user === undefined) || (template === '{password}' && endpoint.password === undefined))
    return undefined
  const pieces = withoutLogin(template, endpoint).split(/\{(host|port|user|password|database)\}/)
  const filled: (string | Variable)[] = []
  for (const [at, piece] of pieces.entries()) {
    if (at % 2 === 0) filled.push(piece)
    else if (piece === 'port' && endpoint.port === undefined) return undefined
    else filled.push(partOf(piece, endpoint))
  }
  return interpolate(filled)
}

/** Drivers refuse an address with an empty name before the `@`, and one that says where to look up nobody. */
function withoutLogin(template: string, { user, password }: Endpoint): string {
  if (user === undefined && password === undefined)
    return template
      .replace(/\{user\}:\{password\}@|:\{password\}@|\{user\}@|\?user=\{user\}&password=\{password\}/, '')
      .replace('?authSource=admin', '')
  return password === undefined ? template.replace(':{password}@', '@') : template
}

function partOf(name: string, endpoint: Endpoint): string | Variable {
  switch (name) {
    case 'host':
      return endpoint.host
    case 'port':
      return String(endpoint.port)
    case 'user':
      return endpoint.user ?? ''
    case 'password':
      return endpoint.password ?? ''
    default:
      return endpoint.database ?? ''
  }
}

function conditionOf(target: ServiceDraft): Condition {
  if (target.isOneShot) return 'completed'
  return target.hasHealthcheck || target.health.kind !== 'none' ? 'healthy' : 'started'
}

const composeConditions = {
  started: 'service_started',
  healthy: 'service_healthy',
  completed: 'service_completed_successfully',
} as const satisfies Record<Condition, string>

/** Compose can wait for health only where the document has a check; kyozo probes from outside and waits in any case. */
function waitOf({ need, target }: MetNeed): [string, ComposeMap] {
  const wanted = need.condition ?? conditionOf(target)
  const condition = wanted === 'healthy' && !target.hasHealthcheck ? 'started' : wanted
  return [target.name, { condition: composeConditions[condition], ...(need.kind === 'ordered_if_present' ? { required: false } : {}) }]
}

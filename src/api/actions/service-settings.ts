// Settings of a service as a request gives them: checked against the rules, against what others of the team have, and all problems told at once.
import { z } from 'zod'
import type { Problem } from '../../errors.ts'
import { checkSettings, type SettingsChange } from '../../stack/settings/check-settings.ts'
import { type PortMapping, usualPortRules } from '../../stack/settings/ports.ts'
import { overQuota } from '../../stack/settings/quota.ts'
import type { Executor } from '../../store/database.ts'
import { portOwners, teamQuota, teamUsage } from '../../store/intents.ts'
import type { ServiceInstance } from '../../store/service-instances.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { ActionContext } from '../resources/action-context.ts'
import { assertNoProblems } from './ask.ts'

const byName = z.record(z.string().max(128), z.json())

/** What creating and changing a service take; the rules are in stack/settings/, so that every problem is told at once. */
export const settingInputs = {
  port_mappings: z
    .array(z.json())
    .max(100)
    .nullable()
    .optional()
    .describe('Ports on the machine: `{container, host, protocol}`; host is a number or `auto`.'),
  environment_variables: byName.nullable().optional().describe('Values by name; null for one that a secret fills.'),
  resource_limits: byName.nullable().optional().describe('`{memory: "512Mi", cpu: "0.5"}` of one copy.'),
  health_check_config: byName
    .nullable()
    .optional()
    .describe('`{kind: "http", path: "/healthz", interval: "30s", timeout: "5s", retries: 3}`, or kind tcp, exec, grpc, docker, none.'),
  scaling_config: byName.nullable().optional().describe('`{replicas: 2}`.'),
  settings: byName.optional().describe('Any key of `services.<name>` of kyozo.yaml; null takes one back.'),
}

export interface SettingsRequest {
  readonly viewer: Viewer
  readonly attributes: Readonly<Record<string, unknown>>
  /** The service as it is, or where a new one will be. */
  readonly service: Pick<ServiceInstance, 'name' | 'environmentId'> & Partial<ServiceInstance>
  /** Where an attribute stands in the request, when not below its own name. Default is there. */
  readonly pointers?: Readonly<Record<string, string>>
}

/** Throws `invalid` with every problem. */
export async function checkedSettings(trx: Executor, context: ActionContext, request: SettingsRequest): Promise<SettingsChange> {
  const { change, problems } = checkSettings(request.attributes, {
    ports: context.portRules ?? usualPortRules,
    single: singleReason(request.service, request.attributes),
  })
  const found =
    problems.length > 0 ? problems : [...(await takenPorts(trx, request, change)), ...(await quotaProblems(trx, request, change))]
  assertNoProblems(found.map((problem) => moved(problem, request.pointers ?? {})))
  return change
}

/** A volume or a fixed port is held by one container at a time. */
function singleReason(
  { deploymentConfig, settings }: SettingsRequest['service'],
  attributes: SettingsRequest['attributes'],
): string | undefined {
  const asked = attributes.port_mappings ?? settings?.ports
  if (Array.isArray(asked) && asked.length > 0) return 'it has ports on the machine'
  const replacement = deploymentConfig?.replacement as { readonly kind?: string; readonly reason?: string } | undefined
  return replacement?.kind === 'stop_first' ? (replacement.reason ?? 'it keeps data') : undefined
}

async function takenPorts(trx: Executor, { viewer, service }: SettingsRequest, change: SettingsChange): Promise<Problem[]> {
  const ports = ((change.ports ?? []) as readonly PortMapping[]).map((port, at) => ({ ...port, at }))
  const fixed = ports.flatMap((port) => (typeof port.host === 'number' ? [{ ...port, host: port.host }] : []))
  const taken = await portOwners(trx, viewer, { ports: fixed, environmentId: service.environmentId, service: service.name })
  return taken.map(({ port, protocol, owner }) => {
    const at = fixed.find((one) => one.host === port && one.protocol === protocol)?.at ?? 0
    return {
      source: { pointer: `/data/attributes/port_mappings/${at}/host` },
      message: `port_mappings[${at}].host is ${port}, and must not be taken: ${owner ?? 'another service'} has ${port}/${protocol}`,
    }
  })
}

async function quotaProblems(trx: Executor, { viewer, service }: SettingsRequest, change: SettingsChange): Promise<Problem[]> {
  if (service.id !== undefined && change.resources === undefined && change.replicas === undefined) return []
  const quota = await teamQuota(trx, viewer.teamId)
  if (Object.keys(quota).length === 0) return []
  const others = await teamUsage(trx, viewer.teamId, { serviceId: service.id })
  const limits = { ...service.resourceLimits, ...((service.settings?.resources ?? {}) as object), ...((change.resources ?? {}) as object) }
  const replicas = Number(change.replicas ?? service.settings?.replicas ?? service.scalingConfig?.replicas ?? 1)
  const pointer = change.resources === undefined ? '/data/attributes/scaling_config/replicas' : '/data/attributes/resource_limits'
  return overQuota(quota, [...others.limits, { ...limits, replicas }]).map((message) => ({ source: { pointer }, message }))
}

function moved(problem: Problem, pointers: Readonly<Record<string, string>>): Problem {
  const { source } = problem
  if (!('pointer' in source)) return problem
  for (const [attribute, pointer] of Object.entries(pointers)) {
    const prefix = `/data/attributes/${attribute}`
    if (source.pointer.startsWith(prefix)) return { ...problem, source: { pointer: `${pointer}${source.pointer.slice(prefix.length)}` } }
  }
  return problem
}

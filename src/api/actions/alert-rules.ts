// When somebody wants to be told.
import { z } from 'zod'
import type { Problem } from '../../errors.ts'
import { addAlertRule, changeAlertRule, dropAlertRule } from '../../store/alerts.ts'
import { lockRow } from '../../store/locking.ts'
import type { AlertRuleTable } from '../../store/tables/alerts.ts'
import { metricTypes } from '../../store/tables/services.ts'
import type { Row } from '../resources/attribute.ts'
import type { Change, Creation, Removal, Resource, WriteRequest } from '../resources/resource.ts'
import { assertNoProblems, audit } from './ask.ts'

const conditions = ['service_unhealthy', 'service_stopped', 'release_failed', 'host_not_told', 'metric_above', 'metric_below'] as const
const metrics: readonly string[] = ['metric_above', 'metric_below']

const shared = {
  metric_type: z.enum(metricTypes).nullable().optional(),
  threshold: z.number().min(0).max(1e15).nullable().optional(),
  for_seconds: z.int().min(0).max(86_400).optional(),
  is_enabled: z.boolean().optional(),
}

const create: Creation = {
  right: 'alert_rules.create',
  description: 'Makes a rule about one service, an environment, a workspace, or everything of the team.',
  attributes: { name: z.string().trim().min(1).max(100), condition: z.enum(conditions), ...shared },
  relationships: {
    workspace: { type: 'workspaces', isRequired: false },
    environment: { type: 'environments', isRequired: false },
    service_instance: { type: 'service_instances', isRequired: false },
  },
  subject: ({ related }) => {
    const { workspaceId, serviceInstanceId } = placeOf(related)
    return { workspaceId, serviceInstanceId }
  },
  run: async (context, request) => {
    const { viewer, attributes } = request
    assertNoProblems([...placeProblems(request), ...metricProblems(attributes)])
    const rule = { ...placeOf(request.related), ...columnsOf(attributes), createdById: viewer.userId, teamId: viewer.teamId }
    const [name, condition] = [String(attributes.name), attributes.condition as AlertRuleTable['condition']]
    return context.db.transaction().execute(async (trx) => {
      const id = await addAlertRule(trx, { ...rule, name, condition })
      await audit(trx, context, {
        viewer,
        action: 'alert_rules.create',
        subject: { type: 'alert_rules', id, name },
        details: { condition },
      })
      return { kind: 'row' as const, id }
    })
  },
}

const update: Change = {
  right: 'alert_rules.update',
  description: 'Changes a rule. Open alerts of it are looked at anew.',
  attributes: { name: z.string().trim().min(1).max(100).optional(), ...shared },
  run: async (context, { viewer, attributes, row }) => {
    await context.db.transaction().execute(async (trx) => {
      const rule = await lockRow(trx, viewer, 'alertRules', String(row.id))
      assertNoProblems(
        metricProblems({ condition: rule.condition, metric_type: rule.metricType, threshold: rule.threshold, ...attributes }),
      )
      const name = attributes.name === undefined ? {} : { name: String(attributes.name) }
      await changeAlertRule(trx, rule.id, { ...columnsOf(attributes), ...name })
      const subject = { type: 'alert_rules', id: rule.id, name: rule.name }
      await audit(trx, context, { viewer, action: 'alert_rules.update', subject, details: { ...attributes } })
    })
    return { kind: 'done' }
  },
}

const remove: Removal = {
  right: 'alert_rules.delete',
  description: 'Removes a rule and the alerts that it found.',
  run: async (context, { viewer, row }) => {
    await context.db.transaction().execute(async (trx) => {
      const rule = await lockRow(trx, viewer, 'alertRules', String(row.id))
      await dropAlertRule(trx, rule.id)
      await audit(trx, context, { viewer, action: 'alert_rules.delete', subject: { type: 'alert_rules', id: rule.id, name: rule.name } })
    })
    return { kind: 'done' }
  },
}

/** The narrower place brings the wider ones with it. */
function placeOf({ workspace, environment, service_instance: service }: Readonly<Record<string, Row | undefined>>) {
  const idOf = (row: Row | undefined, column: string) => (row?.[column] as string | undefined) ?? null
  return {
    workspaceId: idOf(service, 'workspaceId') ?? idOf(environment, 'workspaceId') ?? idOf(workspace, 'id'),
    environmentId: idOf(service, 'environmentId') ?? idOf(environment, 'id'),
    serviceInstanceId: idOf(service, 'id'),
  }
}

function placeProblems({ related }: WriteRequest): Problem[] {
  const given = Object.entries(related).flatMap(([name, row]) => (row === undefined ? [] : [name]))
  return given.slice(1).map((name) => ({
    source: { pointer: `/data/relationships/${name}` },
    message: `${name} is given beside ${given[0]}, and a rule is about one of them, or about the whole team`,
  }))
}

/** Rules about metrics say which and how much; the others do not. */
function metricProblems({ condition, metric_type: type, threshold }: Readonly<Record<string, unknown>>): Problem[] {
  const isMetric = metrics.includes(String(condition))
  return Object.entries({ metric_type: type, threshold }).flatMap(([name, value]) => {
    if (((value ?? null) !== null) === isMetric) return []
    const rule = isMetric ? `must be given with ${String(condition)}` : `must be left out with ${String(condition)}`
    return [{ source: { pointer: `/data/attributes/${name}` }, message: `${name} is ${JSON.stringify(value ?? null)}, and ${rule}` }]
  })
}

function columnsOf(attributes: Readonly<Record<string, unknown>>) {
  const given = {
    metricType: attributes.metric_type as AlertRuleTable['metricType'] | undefined,
    threshold: attributes.threshold as number | null | undefined,
    forSeconds: attributes.for_seconds as number | undefined,
    isEnabled: attributes.is_enabled as boolean | undefined,
  }
  type Given = { [K in keyof typeof given]?: Exclude<(typeof given)[K], undefined> }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Given
}

export const alertRuleWrites: Pick<Resource, 'create' | 'update' | 'remove'> = { create, update, remove }

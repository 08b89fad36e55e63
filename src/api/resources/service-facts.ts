// What the calculated attributes of services are made from, for all services of an answer at once.
import { figureOf, type ResourceUtilization, type ServiceLife } from '../../release/service-life.ts'
import { readServiceFacts, type StoredFacts } from '../../store/service-facts.ts'
import type { AnswerContext, Row } from './attribute.ts'

export interface ServiceFacts extends ServiceLife {
  readonly utilization: ResourceUtilization | null
}

/** Several attributes of one answer share what was asked for. */
const asked = new WeakMap<readonly Row[], Promise<ReadonlyMap<string, ServiceFacts>>>()

export function serviceFacts(rows: readonly Row[], at: AnswerContext): Promise<ReadonlyMap<string, ServiceFacts>> {
  const known = asked.get(rows)
  if (known !== undefined) return known
  const found = load(rows, at)
  asked.set(rows, found)
  return found
}

async function load(rows: readonly Row[], { db, viewer }: AnswerContext): Promise<ReadonlyMap<string, ServiceFacts>> {
  const ids = rows.map((row) => String(row.id))
  const stored = new Map((await readServiceFacts(db, viewer, ids)).map((facts) => [facts.id, facts]))
  return new Map(rows.map((row) => [String(row.id), factsOf(row, stored.get(String(row.id)))]))
}

function factsOf(row: Row, stored: StoredFacts | undefined): ServiceFacts {
  const wanted = (row.scalingConfig as { replicas?: unknown }).replicas
  const wantedCopies = typeof wanted === 'number' ? wanted : 1
  return {
    status: String(row.status),
    healthStatus: String(row.healthStatus),
    statusReason: row.statusReason as string | null,
    startedAt: stored?.startedAt ?? (row.deployedAt as Date | null),
    sha: stored?.sha ?? null,
    servingCopies: stored?.servingCopies ?? null,
    wantedCopies,
    isChecked: (row.healthCheckConfig as { kind?: unknown }).kind !== 'none',
    utilization: utilizationOf(row, { stored, wantedCopies }),
  }
}

/** The newest samples; where there are none, what the service's own row says. */
function utilizationOf(
  row: Row,
  { stored, wantedCopies }: { readonly stored: StoredFacts | undefined; readonly wantedCopies: number },
): ResourceUtilization | null {
  const limits = row.resourceLimits as Readonly<Record<string, string>>
  const percent = stored?.cpuPercent ?? (row.cpuUsagePercent as number | null)
  const megabytes = row.memoryUsageMb as number | null
  const bytes = stored?.memoryBytes ?? (megabytes === null ? null : megabytes * 1024 ** 2)
  const cpu = figureOf(percent === null ? null : percent / 100, times(coresOf(limits.cpu ?? limits.cpus), wantedCopies))
  const memory = figureOf(bytes, times(bytesOf(limits.memory), wantedCopies))
  if (cpu === null && memory === null) return null
  return { cpu, memory, recorded_at: stored?.recordedAt?.toISOString() ?? null }
}

function times(limit: number | null, copies: number): number | null {
  return limit === null ? null : limit * copies
}

/** `0.5`, or thousandths of a core: `500m`. */
function coresOf(quantity: string | undefined): number | null {
  const [, amount, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(quantity ?? '') ?? []
  return amount === undefined ? null : milli === 'm' ? Number(amount) / 1_000 : Number(amount)
}

/** `512Mi`, as kyozo writes it, or Compose's `512m`. */
function bytesOf(quantity: string | undefined): number | null {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(b|[kmg]b?|[KMG]i?)?$/.exec(quantity ?? '') ?? []
  if (amount === undefined) return null
  const isDecimal = /^[KMG]$/.test(unit)
  const power = ' kmg'.indexOf(unit.charAt(0).toLowerCase() || ' ')
  return Number(amount) * (isDecimal ? 1_000 : 1_024) ** Math.max(0, power)
}

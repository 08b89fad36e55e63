// What services use, and how often they are asked: sampled by the clock and stored, one round for each engine whoever takes it.
import { serviceHost } from '../edge/routes.ts'
import type { Engine } from '../engine/engine.ts'
import type { Database } from '../store/database.ts'
import { type MetricSample, measuredServices, storeSamples } from '../store/metrics.ts'
import { touchPreviews } from '../store/pull-requests.ts'
import { type Look, type ServiceUsage, usageRates } from './usage-rates.ts'

export interface Meter {
  /** Takes a look at the engine and stores what was used since the last one. */
  measure(): Promise<void>
}

export function createMeter({ db, engine }: { readonly db: Database; readonly engine: Pick<Engine, 'usage'> }): Meter {
  let before: Look | undefined
  return {
    async measure() {
      const used = await engine.usage()
      const now: Look = { atMs: performance.now(), containers: new Map(used.map((usage) => [usage.container, usage])) }
      const rates = usageRates(now, before)
      before = now
      if (rates.length === 0) return
      const ids = new Map((await measuredServices(db)).map(({ id, project, service }) => [`${project} ${service}`, id]))
      await storeSamples(
        db,
        rates.flatMap((usage) => samplesOf(usage, ids.get(`${usage.project} ${usage.service}`))),
      )
    },
  }
}

function samplesOf(usage: ServiceUsage, serviceInstanceId: string | undefined): MetricSample[] {
  if (serviceInstanceId === undefined) return []
  const sample = (metricType: MetricSample['metricType'], unit: MetricSample['unit'], value: number | undefined): MetricSample[] =>
    value === undefined ? [] : [{ serviceInstanceId, metricType, unit, value }]
  return [
    ...sample('cpu', 'percent', usage.cpuPercent),
    ...sample('memory', 'bytes', usage.memoryBytes),
    ...sample('network', 'bytes_per_second', usage.networkBytesPerSecond),
    ...sample('disk', 'bytes_per_second', usage.diskBytesPerSecond),
  ]
}

/** The edge's counts since it was asked last, as samples of the services that answer at its hosts. */
export async function storeTraffic(
  db: Database,
  traffic: ReadonlyMap<string, { readonly requests: number; readonly errors: number }>,
  { baseDomain }: { readonly baseDomain: string },
): Promise<void> {
  if (traffic.size === 0) return
  const samples = (await measuredServices(db)).flatMap((service): MetricSample[] => {
    const counted = traffic.get(serviceHost({ ...service, baseDomain }))
    if (counted === undefined) return []
    const base = { serviceInstanceId: service.id, unit: 'count' as const }
    return [
      { ...base, metricType: 'requests', value: counted.requests },
      { ...base, metricType: 'errors', value: counted.errors },
    ]
  })
  await storeSamples(db, samples)
  await touchPreviews(
    db,
    samples.map(({ serviceInstanceId }) => serviceInstanceId),
  )
}

// /metrics for Prometheus: how the process does, how long requests take, and what there is. A library keeps the format.
import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { assertMay } from '../access/rights.ts'
import { type ErrorCode, KyozoError } from '../errors.ts'
import type { Gates } from '../gate.ts'
import type { Database } from '../store/database.ts'
import { countFigures, type Figure } from '../store/figures.ts'
import { requireViewer, viewerIn } from './authenticate.ts'

export interface Measures {
  /** Put in front of everything: times each request by what it is for, never by its address. */
  readonly observe: RequestHandler
  /** Counts a delivery that was refused: nothing of it is stored, since nobody has proved who sent it. */
  readonly refused: (code: ErrorCode) => void
  readonly router: Router
}

/** `operatorTeam` owns the whole kyozo: the figures are of all teams together. */
export function createMeasures(db: Database, { operatorTeam, gates }: { readonly operatorTeam: string; readonly gates: Gates }): Measures {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'kyozo_' })
  const durations = new Histogram({
    name: 'kyozo_http_request_duration_seconds',
    help: 'How long requests to kyozo itself took, streams left out',
    labelNames: ['door', 'method', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const rejected = new Counter({
    name: 'kyozo_webhook_rejected_total',
    help: 'Deliveries that were refused since this process began, by reason',
    labelNames: ['reason'],
    registers: [registry],
  })
  const gauges = gaugesOf(registry)
  const ways = waysOf(registry)
  const router = Router()
  router.get('/', requireViewer(db, 'Bearer'), async (_request: Request, response: Response) => {
    const viewer = viewerIn(response)
    assertMay(viewer, 'instance.measure')
    if (viewer.teamId !== operatorTeam)
      throw new KyozoError('forbidden', 'the figures of the whole kyozo are for owners and admins of its first team', {
        hint: 'give Prometheus a token that one of them made, with the scope read',
      })
    show(gauges, await countFigures(db))
    showWays(ways, gates)
    response.setHeader('Content-Type', registry.contentType)
    response.send(await registry.metrics())
  })
  return { observe: observer(durations), refused: (reason) => rejected.inc({ reason }), router }
}

const helps: Readonly<Record<Figure['name'], string>> = {
  services: 'Services by status',
  releases: 'Releases that have not ended, by state',
  operations: 'Operations that have not ended, by state',
  outbox: 'Messages to Git hosts that were not sent yet',
  dead_letters: 'What was given up although no commit is at fault, by kind',
  deliveries: 'Deliveries of the last day, by decision',
  disk_bytes: 'What kyozo keeps, by kind',
  disk_removable_bytes: 'What of it nobody needs, by kind',
  disk_free_bytes: 'What is free on the disks that kyozo writes to',
}

type Gauges = Readonly<Record<Figure['name'], Gauge<'of'>>>

function gaugesOf(registry: Registry): Gauges {
  const names = Object.keys(helps) as Figure['name'][]
  const made = names.map((name) => [
    name,
    new Gauge({ name: `kyozo_${name}`, help: helps[name], labelNames: ['of'], registers: [registry] }),
  ])
  return Object.fromEntries(made) as Gauges
}

/** What is not there any more is zero no longer: a gauge forgets what it is not told. */
function show(gauges: Gauges, figures: readonly Figure[]): void {
  for (const gauge of Object.values(gauges)) gauge.reset()
  for (const { name, of, count } of figures) gauges[name].set({ of }, count)
}

type Ways = Readonly<Record<'closed' | 'running' | 'waiting' | 'refused', Gauge<'to'>>>

/** Of the process that is asked. */
function waysOf(registers: Registry): Ways {
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `kyozo_outside_${name}`, help, labelNames: ['to'], registers: [registers] })
  return {
    closed: gauge('closed', 'Whether calls to the engine, a Git host or a registry are refused since it does not answer'),
    running: gauge('running', 'Calls to it that are under way'),
    waiting: gauge('waiting', 'Calls to it that wait for their turn'),
    refused: gauge('refused', 'Calls to it that were refused since this process began'),
  }
}

function showWays(ways: Ways, gates: Gates): void {
  for (const gauge of Object.values(ways)) gauge.reset()
  for (const { key: to, isOpen, running, waiting, refused } of gates.states()) {
    ways.closed.set({ to }, isOpen ? 0 : 1)
    ways.running.set({ to }, running)
    ways.waiting.set({ to }, waiting)
    ways.refused.set({ to }, refused)
  }
}

/** The first part of an address, when it is one of ours: addresses hold ids, and every value of a label costs memory for ever. */
const doors: ReadonlySet<string> = new Set(['api', 'graphql', 'git', 'webhooks', 'releases', 'login', 'device', 'invitations', 'metrics'])
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'])

function observer(durations: Histogram<'door' | 'method' | 'status'>): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const begin = process.hrtime.bigint()
    const first = request.path.split('/')[1] ?? ''
    response.once('finish', () => {
      if (String(response.getHeader('content-type') ?? '').startsWith('text/event-stream')) return
      durations.observe(
        {
          door: doors.has(first) ? first : 'other',
          method: methods.has(request.method) ? request.method : 'other',
          status: `${Math.floor(response.statusCode / 100)}xx`,
        },
        Number(process.hrtime.bigint() - begin) / 1e9,
      )
    })
    next()
  }
}

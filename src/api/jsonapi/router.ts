// /api/v1: every address is found in one table, and what may be done there follows from the resource's description.
import { type NextFunction, type Request, type Response, Router } from 'express'
import { assertMay } from '../../access/rights.ts'
import { KyozoError } from '../../errors.ts'
import type { Gates } from '../../gate.ts'
import { defaultTeam, instanceId } from '../../store/instance.ts'
import { listProcesses } from '../../store/processes.ts'
import { requireViewer, viewerIn } from '../authenticate.ts'
import { showDisk } from '../disk.ts'
import { onlyReads } from '../only-reads.ts'
import { openApiDocument } from '../openapi/document.ts'
import type { AnswerContext } from '../resources/attribute.ts'
import { resources } from '../resources/index.ts'
import { methodsOf, type Target, targetOf } from './address.ts'
import { send } from './answer.ts'
import { apiPath, implementation } from './document.ts'
import { acceptedType, assertContentType } from './media-type.ts'
import { type Asked, linksOf, list, show, showRelated, showRelationship, showView } from './read-routes.ts'
import { type Acting, act, actOnCollection, create, remove, update } from './write-routes.ts'

export type ApiContext = Acting & { readonly gates: Gates }

export function apiRouter(context: ApiContext): Router {
  const router = Router()
  router.get('/openapi.json', showOpenApi).all('/openapi.json', onlyReads)
  router.use(negotiate, requireViewer(context.db, 'Bearer'))
  router.get('/instance', (request, response) => instance(context, request, response)).all('/instance', onlyReads)
  router.get('/disk', (request, response) => showDisk(context.db, request, response)).all('/disk', onlyReads)
  router.use((request, response) => dispatch(context, request, response))
  return router
}

/** For everybody: it says what there is, not what is in it. */
function showOpenApi(_request: Request, response: Response): void {
  response.set('Cache-Control', 'public, max-age=300').json(openApiDocument())
}

function negotiate(request: Request, _response: Response, next: NextFunction): void {
  acceptedType(request.headers.accept)
  assertContentType(request.headers['content-type'], { hasBody: false })
  next()
}

async function dispatch(context: ApiContext, request: Request, response: Response): Promise<void> {
  const target = targetOf(segmentsOf(request.path))
  if (target === undefined) throw nothingThere(request)
  const allowed = methodsOf(target)
  if (request.method === 'OPTIONS') {
    response.setHeader('Allow', allowed.join(', '))
    response.status(204).end()
    return
  }
  const asked = { at: answering(context, response), target, request, response, acting: context }
  const run = request.method === 'GET' || request.method === 'HEAD' ? reading(asked) : writing(asked)
  if (run === undefined) {
    response.setHeader('Allow', allowed.join(', '))
    throw new KyozoError('method_not_allowed', `${request.method} does nothing at ${request.path.slice(0, 200)}`, {
      hint: `what can be done there: ${allowed.join(', ')}`,
    })
  }
  await run()
}

type Run = () => Promise<void>

function reading(asked: Asked): Run | undefined {
  const { target } = asked
  switch (target.kind) {
    case 'collection':
      return () => list({ ...asked, target })
    case 'item':
      return () => show({ ...asked, target })
    case 'related':
      return () => showRelated({ ...asked, target })
    case 'relationship':
      return () => showRelationship({ ...asked, target })
    case 'view':
      return () => showView({ ...asked, target })
    default:
      return undefined
  }
}

/** What a description does not offer is refused with 403 where the specification asks for that, else with 405. */
function writing(asked: Asked & { readonly acting: Acting }): Run | undefined {
  const { target } = asked
  switch (`${asked.request.method} ${target.kind}` as `${string} ${Target['kind']}`) {
    case 'POST collection':
      return () => create({ ...asked, target: target as never })
    case 'PATCH item':
      return () => update({ ...asked, target: target as never })
    case 'DELETE item':
      return target.resource.remove && (() => remove({ ...asked, target: target as never }))
    case 'POST action':
      return () => act({ ...asked, target: target as never })
    case 'POST collectionAction':
      return () => actOnCollection({ ...asked, target: target as never })
    case 'POST relationship':
    case 'PATCH relationship':
    case 'DELETE relationship':
      return async () => {
        throw new KyozoError('forbidden', 'relationships are not changed by themselves', { hint: `change the resource they belong to` })
      }
    default:
      return undefined
  }
}

function answering({ db, baseUrl }: ApiContext, response: Response): AnswerContext {
  return { db, baseUrl, viewer: viewerIn(response), now: new Date() }
}

/** Decoded one by one, so that an encoded slash stays inside its segment. */
function segmentsOf(path: string): readonly string[] {
  const parts = path.replace(/^\//, '').split('/')
  try {
    return parts.map((part) => decodeURIComponent(part))
  } catch {
    return ['']
  }
}

function nothingThere(request: Request): KyozoError {
  return new KyozoError('not_found', `the API has nothing at ${request.originalUrl.split('?')[0]!.slice(0, 200)}`, {
    hint: `it has ${resources.map(({ type }) => type).join(', ')}`,
  })
}

/** Which kyozo this is: the id in the labels of everything that it makes. And whom it takes the asker for. */
/** As the process that is asked has found it. */
function engineOf(gates: Gates) {
  const state = gates.states().find(({ key }) => key === 'engine')
  const answers = state?.isOpen ?? true
  return { answers, silent_since: state?.closedSince?.toISOString() ?? null, reason: state?.reason ?? null }
}

async function instance(context: ApiContext, request: Request, response: Response): Promise<void> {
  const viewer = viewerIn(response)
  assertMay(viewer, 'instance.read')
  const { name, role, scopes, teamId, userId, via } = viewer
  send(request, response, {
    document: {
      jsonapi: implementation,
      data: {
        type: 'instances',
        id: await instanceId(context.db),
        attributes: { engine: engineOf(context.gates), processes: await processesFor(context, teamId) },
        links: { self: `${apiPath}/instance` },
      },
      meta: { viewer: { name, role, scopes, team: teamId, user: userId, token: via.kind === 'token' ? via.id : null } },
      links: linksOf(request),
    },
  })
}

/** Which processes there are is for the team that operates them; others see none. */
async function processesFor({ db }: ApiContext, teamId: string) {
  if (teamId !== (await defaultTeam(db))) return []
  return (await listProcesses(db)).map(({ id, name, role, version, state, startedAt, seenAt }) => ({
    ...{ id, name, role, version, state },
    started_at: startedAt.toISOString(),
    seen_at: seenAt.toISOString(),
  }))
}

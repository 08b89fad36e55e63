// /git/<workspace>.git: the built-in remote. A push is stored as a delivery before it is answered, and prints its release as it happens.
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type NextFunction, type Request, type Response, Router } from 'express'
import { assertMay } from '../access/rights.ts'
import { asKyozoError, KyozoError } from '../errors.ts'
import { flushPacket, progressPackets } from '../git/packets.ts'
import { advertiseRefs, type GitService, serveReceivePack, serveUploadPack } from '../git/smart-http.ts'
import type { Log } from '../log.ts'
import { homeForPush } from '../pipeline/home.ts'
import { assertFreeWorkspaceName, assertWorkspaceName, findWorkspaceByName, type Workspace } from '../store/workspaces.ts'
import { requireViewer, viewerIn } from './authenticate.ts'
import { forwardGit, leadHome } from './git-forward.ts'
import { pushedWorkspace } from './pushed-workspace.ts'
import { type PushContext, tellReleases } from './tell-push.ts'

export interface GitHttpContext extends PushContext {
  /** Of this process, as it keeps it in its data directory. */
  readonly processId: string
  readonly log: Log
}

/** Stands in for a workspace that a push is about to create. */
const emptyRepository = 'empty'
const services: ReadonlySet<string> = new Set<GitService>(['git-upload-pack', 'git-receive-pack'])

export function gitRouter(context: GitHttpContext): Router {
  const router = Router({ mergeParams: true })
  router.use(requireViewer(context.db, 'Basic'))
  router.use('/:repository', leadHome(context, nameIn))
  router.get('/:repository/info/refs', (request, response) => advertise(context, request, response))
  router.post('/:repository/:service', requireGitBody)
  router.post('/:repository/git-upload-pack', (request, response) => upload(context, request, response))
  router.post('/:repository/git-receive-pack', (request, response) => receive(context, request, response))
  return router
}

/** A web page can make a browser send what it likes with the token it remembers, but not of this type: for that the browser asks first. */
function requireGitBody(request: Request, _response: Response, next: NextFunction): void {
  const wanted = `application/x-${String(request.params.service)}-request`
  if (request.get('content-type') !== wanted)
    throw new KyozoError('media_type_unsupported', `the body of this request must be of the type ${wanted}`, {
      hint: 'use git clone or git push with this address',
    })
  next()
}

async function advertise(context: GitHttpContext, request: Request, response: Response): Promise<void> {
  const service = String(request.query.service ?? '')
  if (!services.has(service))
    throw new KyozoError('bad_request', 'this is a Git repository, and the request names no Git service', {
      hint: 'use git clone or git push with this address',
    })
  const workspace = await readableWorkspace(context, request, response)
  if (service === 'git-receive-pack') {
    assertMayPush(response, workspace)
    if (workspace === undefined) await assertFreeWorkspaceName(context.db, nameIn(request))
  } else if (workspace === undefined) throw unknownWorkspace(nameIn(request))
  const folder = await context.mirrors.folderOf(workspace?.id ?? emptyRepository)
  const refs = await advertiseRefs(folder, service as GitService, { protocol: request.get('git-protocol') })
  noCache(response).type(`application/x-${service}-advertisement`).send(refs)
}

async function upload(context: GitHttpContext, request: Request, response: Response): Promise<void> {
  const workspace = await readableWorkspace(context, request, response)
  if (workspace === undefined) throw unknownWorkspace(nameIn(request))
  noCache(response).type('application/x-git-upload-pack-result')
  await serveUploadPack(await context.mirrors.folderOf(workspace.id), {
    body: bodyOf(request),
    answer: response,
    protocol: request.get('git-protocol'),
  })
  response.end()
}

async function receive(context: GitHttpContext, request: Request, response: Response): Promise<void> {
  const viewer = viewerIn(response)
  const name = nameIn(request)
  const known = await readableWorkspace(context, request, response)
  assertMayPush(response, known)
  const workspace = known ?? (await pushedWorkspace(context.db, viewer, { name, ipAddress: request.ip }))
  if (workspace.teamId !== viewer.teamId) throw unknownWorkspace(name)
  // Of two first pushes at two processes one decides where the repository is.
  const home = await homeForPush(context, workspace)
  if (home !== undefined) return forwardGit(request, response, { home, workspace })
  noCache(response).type('application/x-git-receive-pack-result')
  const push = await serveReceivePack(await context.mirrors.folderOf(workspace.id), {
    body: bodyOf(request),
    answer: response,
    readTip: (ref) => context.mirrors.tip(workspace.id, ref),
  })
  const say = (text: string) => {
    if (push.showsProgress && response.writable) response.write(progressPackets(text))
  }
  try {
    await tellReleases(
      context,
      { workspace, updated: push.updated, options: push.options, pusher: viewer.name, showsProgress: push.showsProgress, response },
      say,
    )
  } catch (error) {
    // The refs are moved: the sweep will find them. The person is told now.
    const { message, hint } = asKyozoError(error)
    context.log.error({ error, workspace: workspace.name }, 'a push could not be followed')
    say(`kyozo: ${message}${hint === undefined ? '' : `; ${hint}`}\n`)
  }
  response.end(push.showsProgress ? flushPacket : undefined)
}

/** The workspace of the address, if it exists and is the viewer's; undefined when the name is free. */
async function readableWorkspace(context: GitHttpContext, request: Request, response: Response): Promise<Workspace | undefined> {
  assertMay(viewerIn(response), 'git.read')
  const name = nameIn(request)
  assertWorkspaceName(name)
  const workspace = await findWorkspaceByName(context.db, name)
  if (workspace === undefined) return undefined
  if (workspace.teamId !== viewerIn(response).teamId) throw unknownWorkspace(name)
  if (workspace.forge !== 'git')
    throw new KyozoError('bad_request', `${name} follows ${workspace.repositoryName} on ${workspace.forge}`, {
      hint: 'push there; kyozo deploys it from there',
    })
  return workspace
}

/** Before the pack is sent: git tells of a refusal here, and forgets it later. A push to a name that is free makes a workspace. */
function assertMayPush(response: Response, workspace: Workspace | undefined): void {
  const viewer = viewerIn(response)
  if (workspace === undefined) {
    assertMay(viewer, 'workspaces.create')
    if (!viewer.scopes.includes('deploy')) assertMay(viewer, 'git.push')
  } else assertMay(viewer, 'git.push', { workspaceId: workspace.id })
}

function nameIn(request: Request): string {
  return String(request.params.repository ?? '').replace(/\.git$/, '')
}

function unknownWorkspace(name: string): KyozoError {
  return new KyozoError('not_found', `there is no workspace named ${name}`, { hint: 'a push creates it' })
}

/** Git compresses request bodies. */
function bodyOf(request: Request): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return request
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new KyozoError('media_type_unsupported', `the content encoding ${JSON.stringify(encoding)} is not supported`)
  const gunzip = createGunzip()
  void pipeline(request, gunzip).catch((error: unknown) => gunzip.destroy(error as Error))
  return gunzip
}

function noCache(response: Response): Response {
  return response.set({
    'Cache-Control': 'no-cache, max-age=0, must-revalidate',
    Pragma: 'no-cache',
    Expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  })
}

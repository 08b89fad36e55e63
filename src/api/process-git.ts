// What only other processes of kyozo may ask: the objects of a repository that lies with this one. Reading, never writing.
import { createHash, timingSafeEqual } from 'node:crypto'
import { type Request, type Response, Router } from 'express'
import { KyozoError } from '../errors.ts'
import type { Mirrors } from '../git/mirror.ts'
import { advertiseRefs, serveUploadPack } from '../git/smart-http.ts'

export interface ProcessGitContext {
  readonly mirrors: Pick<Mirrors, 'existingFolder'>
  /** Made when this process started; the others find it in the database, sealed. */
  readonly credential: string
}

/** A process asks for the commit of a release, which a branch may not lead to any more. */
const config = { 'uploadpack.allowAnySHA1InWant': 'true' }
const uploadPack = 'git-upload-pack'

export function processGitRouter(context: ProcessGitContext): Router {
  const router = Router()
  router.use((request, _response, next) => {
    assertProcess(context, request)
    next()
  })
  router.get('/:workspace.git/info/refs', async (request: Request, response: Response) => {
    if (request.query.service !== uploadPack) throw nothing()
    const refs = await advertiseRefs(await folderIn(context, request), uploadPack, { protocol: request.get('git-protocol'), config })
    response.set('Cache-Control', 'no-cache').type(`application/x-${uploadPack}-advertisement`).send(refs)
  })
  router.post('/:workspace.git/git-upload-pack', async (request: Request, response: Response) => {
    response.set('Cache-Control', 'no-cache').type(`application/x-${uploadPack}-result`)
    const exchange = { body: request, answer: response, protocol: request.get('git-protocol'), config }
    await serveUploadPack(await folderIn(context, request), exchange)
    response.end()
  })
  return router
}

/** Anybody else learns nothing, not even that there is something to ask. */
function assertProcess({ credential }: ProcessGitContext, request: Request): void {
  const given = /^Basic ([A-Za-z0-9+/=]{1,400})$/.exec(request.headers.authorization ?? '')?.[1]
  const password =
    given === undefined
      ? ''
      : Buffer.from(given, 'base64')
          .toString('utf8')
          .replace(/^[^:]*:/, '')
  if (!timingSafeEqual(digest(password), digest(credential))) throw nothing()
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

async function folderIn({ mirrors }: ProcessGitContext, request: Request): Promise<string> {
  const id = String(request.params.workspace)
  const folder = /^[0-9a-f-]{36}$/.test(id) ? await mirrors.existingFolder(id) : undefined
  if (folder === undefined) throw nothing()
  return folder
}

function nothing(): KyozoError {
  return new KyozoError('not_found', 'there is nothing at this address')
}

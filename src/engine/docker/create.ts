// Creates containers with Compose and looks at each again before it may start. Requests that wait for their turn on a stack are served by one
// call of the program: what it costs to run it is then paid once, not once for every service of a first release.
import { setTimeout as delay } from 'node:timers/promises'
import { KyozoError } from '../../errors.ts'
import type { ObservedContainer } from '../../reconcile/plan.ts'
import type { ComposeFiles, CreateRequest } from '../engine.ts'
import { placeContainers } from './alias.ts'
import { joinBaselines } from './baseline.ts'
import { type ComposePaths, composeUp, stackDirectory, withJoined, writeFiles } from './compose.ts'
import { fillConfigs } from './configs.ts'
import { ask, type DockerContext } from './context.ts'
import { readServiceModel } from './document.ts'
import { joinedHomes } from './joined.ts'
import { composeLabel, label } from './labels.ts'
import { inspectOwned, listContainers, nameOf, observeContainers } from './observe.ts'
import { dangersOf } from './verify.ts'

type Created = readonly ObservedContainer[]

interface Waiting {
  readonly request: CreateRequest
  readonly answer: PromiseWithResolvers<Created>
}

/** Creates the containers of each request, or none of it: whatever goes wrong on the way, its new ones are removed again. */
export function containerCreator(context: DockerContext): (request: CreateRequest) => Promise<Created> {
  /** By project, those whose turn has not come. */
  const next = new Map<string, Waiting[]>()
  return (request) => {
    const { project } = request.files.identity
    const answer = Promise.withResolvers<Created>()
    const batch = next.get(project)
    if (batch?.every((other) => mayJoin(other.request, request))) {
      batch.push({ request, answer })
      return answer.promise
    }
    const mine: Waiting[] = [{ request, answer }]
    next.set(project, mine)
    // Every answer is given inside, failures too.
    void context.inTurn(project, () => {
      if (next.get(project) === mine) next.delete(project)
      return serve(context, mine)
    })
    return answer.promise
  }
}

function mayJoin(waiting: CreateRequest, request: CreateRequest): boolean {
  return waiting.files === request.files && waiting.service !== request.service
}

async function serve(context: DockerContext, batch: readonly Waiting[]): Promise<void> {
  const requests = batch.map(({ request }) => request)
  try {
    await createTogether(context, batch, await standingContainers(context, requests))
  } catch (error) {
    for (const { answer } of batch) answer.reject(error)
  }
}

/** Ids of containers by service. */
type Standing = ReadonlyMap<string, readonly string[]>

/** Compose gives one reason when it refuses one of many: they are then tried one by one, so that each has its own. */
async function createTogether(context: DockerContext, batch: readonly Waiting[], before: Standing): Promise<void> {
  const requests = batch.map(({ request }) => request)
  const [together] = await Promise.allSettled([create(context, requests, before)])
  if (together.status === 'fulfilled') return finishAll(context, batch, together.value)
  await settle(context, requests)
  const isRefused = together.reason instanceof KyozoError && together.reason.code === 'engine_refused'
  if (requests.length > 1 && isRefused) {
    // What Compose has made of them already is taken for theirs.
    for (const waiting of batch) await createTogether(context, [waiting], before)
    return
  }
  for (const { files, service } of requests) await discard(context, { files, service, before: before.get(service)! })
  for (const { answer } of batch) answer.reject(together.reason)
}

/** One after the other, since each picks addresses that nobody has; what is done may be started while the others are not. */
async function finishAll(context: DockerContext, batch: readonly Waiting[], made: readonly Made[]): Promise<void> {
  for (const [index, { answer }] of batch.entries()) await finish(context, made[index]!).then(answer.resolve, answer.reject)
}

interface Made {
  readonly request: CreateRequest
  readonly paths: ComposePaths
  readonly before: readonly string[]
  readonly now: readonly string[]
}

async function create(context: DockerContext, requests: readonly CreateRequest[], before: Standing): Promise<readonly Made[]> {
  const { files } = requests[0]!
  const paths = await withJoined(await writeFiles(context, files), await joinedHomes(context, requests))
  const scales = new Map(requests.map(({ service, count }) => [service, before.get(service)!.length + count]))
  await composeUp(context, files, { paths, scales })
  const now = await containersOf(context, requests)
  return requests.map((request) => ({ request, paths, before: before.get(request.service)!, now: now.get(request.service)! }))
}

/** No change for so long means that nothing is on its way any more. */
const quietMs = 500
const settleLimitMs = 15_000

/** Compose 2.40 ends at the first refusal, and the engine then still creates what else it was asked for: this waits until all of it is there. */
async function settle(context: DockerContext, requests: readonly CreateRequest[]): Promise<void> {
  const start = performance.now()
  let changedAt = start
  let seen = ''
  while (performance.now() - changedAt < quietMs && performance.now() - start < settleLimitMs) {
    const standing = await containersOf(context, requests).catch(() => undefined)
    // An engine that does not answer creates nothing that could be waited for.
    if (standing === undefined) return
    const now = JSON.stringify([...standing])
    if (now !== seen) changedAt = performance.now()
    seen = now
    await delay(100)
  }
}

async function finish(context: DockerContext, { request, paths, before, now }: Made): Promise<Created> {
  const { files, service } = request
  try {
    const created = now.filter((id) => !before.includes(id))
    await verify(context, request, created)
    await fillConfigs(context, request, { paths, containers: created })
    await placeContainers(context, { identity: files.identity, service, visibility: request.withAlias ? 'named' : 'hidden' }, created)
    await joinBaselines(context, created)
    return await observeContainers(context, created)
  } catch (error) {
    await discard(context, { files, service, before })
    throw error
  }
}

const removalMs = 10_000
const lookMs = 100

/** Compose counts one that is being removed; once it is gone, there would be one too many of those that are made. */
async function standingContainers(context: DockerContext, requests: readonly CreateRequest[]): Promise<Standing> {
  const { project } = requests[0]!.files.identity
  const isOurs = (service: string | undefined) => requests.some((request) => request.service === service)
  for (const deadline = performance.now() + removalMs; performance.now() < deadline; await delay(lookMs)) {
    const listed = await listContainers(context, [`${composeLabel.project}=${project}`])
    if (!listed.some(({ State, Labels }) => State === 'removing' && isOurs(Labels[composeLabel.service]))) break
  }
  return containersOf(context, requests)
}

/** Every container that Compose counts for the scale of each service. Throws when the project's name is used by somebody else. */
async function containersOf(context: DockerContext, requests: readonly CreateRequest[]): Promise<Standing> {
  const { project } = requests[0]!.files.identity
  const listed = await listContainers(context, [`${composeLabel.project}=${project}`])
  const counted = listed.filter((container) => container.Labels[composeLabel.oneOff] !== 'True')
  const foreign = counted.find((container) => container.Labels[label.instance] !== context.instance)
  if (foreign)
    throw new KyozoError('engine_refused', `the compose project ${project} holds a container that does not belong to this kyozo`, {
      hint: `remove or rename ${foreign.Names[0]?.replace(/^\//, '') ?? foreign.Id}, or rename the workspace`,
    })
  const idsOf = (service: string) => counted.filter((container) => container.Labels[composeLabel.service] === service).map(({ Id }) => Id)
  return new Map(requests.map(({ service }) => [service, idsOf(service)]))
}

async function verify(context: DockerContext, request: CreateRequest, created: readonly string[]): Promise<void> {
  const { identity } = request.files
  if (created.length !== request.count)
    throw new KyozoError('engine_refused', `Compose created ${created.length} containers of ${request.service} instead of ${request.count}`)
  const model = readServiceModel(request.files, request.service)
  for (const id of created) {
    const info = await inspectOwned(context, id)
    const dangers = info ? dangersOf(info, { project: identity.project, instance: identity.instance, model }) : ['it is gone again']
    if (dangers.length > 0)
      throw new KyozoError(
        'engine_refused',
        `${info ? nameOf(info) : id} was created otherwise than planned, so it was removed: ${dangers.join(', ')}`,
        {
          service: request.service,
        },
      )
  }
}

interface InVain {
  readonly files: ComposeFiles
  readonly service: string
  readonly before: readonly string[]
}

/** Only what this call made goes: what stood before is not looked at. A failure here is logged, so that the first one is what people see. */
async function discard(context: DockerContext, { files, service, before }: InVain): Promise<void> {
  try {
    const now = await listContainers(context, [`${composeLabel.project}=${files.identity.project}`, `${composeLabel.service}=${service}`])
    const made = now.filter(
      (container) => !before.includes(container.Id) && container.Labels[composeLabel.directory] === stackDirectory(context, files),
    )
    for (const { Id } of made)
      await ask({ tried: `remove container ${Id.slice(0, 12)}` }, () => context.docker.getContainer(Id).remove({ force: true, v: false }))
  } catch (error) {
    context.log.warn({ err: error, project: files.identity.project }, 'containers that were created in vain could not be removed')
  }
}

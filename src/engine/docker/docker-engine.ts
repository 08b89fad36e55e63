// The Docker engine behind the port in engine.ts: its API observes, starts, stops and names; Compose creates; Buildx builds.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine, StackIdentity } from '../engine.ts'
import { placeContainers } from './alias.ts'
import { allEnded } from './all-ended.ts'
import { joinBaselines, removeSharedNetworks } from './baseline.ts'
import { buildImage } from './build.ts'
import { changeContainer, renameContainer, unpauseContainers } from './change.ts'
import { runDocker } from './client.ts'
import { lastWords } from './compose.ts'
import { exitOf, readLogTail, removeContainers, startContainers, stopContainers } from './containers.ts'
import { ask, type DockerContext, type DockerEngineOptions, dockerContext, pingEngine } from './context.ts'
import { containerCreator } from './create.ts'
import { refusal } from './errors.ts'
import { watchEvents } from './events.ts'
import { execIn } from './exec.ts'
import { streamThrough } from './exec-stream.ts'
import { followOutput } from './follow-output.ts'
import { gatedEngine } from './gated-engine.ts'
import { glanceAtAll } from './glance.ts'
import { composeLabel, label } from './labels.ts'
import { prepareStack, removeTransientVolumes } from './network.ts'
import { listContainers, observeContainers, observeStack } from './observe.ts'
import { readOutput } from './output.ts'
import { pullImage } from './pull.ts'
import { runningContainers } from './running.ts'
import { usageOfContainers } from './usage.ts'
import { discardVolume, volumeMark } from './volumes.ts'

export function createDockerEngine(options: DockerEngineOptions): Engine {
  const context = dockerContext(options)
  const { inTurn } = context
  const place = (identity: StackIdentity, service: string, containers: readonly string[], visibility: 'named' | 'hidden') =>
    inTurn(identity.project, () => placeContainers(context, { identity, service, visibility }, containers))
  const engine: Engine = {
    check: () => checkEngine(context),
    observe: (identity, images) => observeStack(context, identity, images),
    build: (request) => buildImage(context, request),
    pull: (image, request) => pullImage(context, image, request),
    prepare: (files, volumes, making) => inTurn(files.identity.project, () => prepareStack(context, files, { volumes, making })),
    create: containerCreator(context),
    start: (containers) => startContainers(context, containers),
    stop: (containers) => stopContainers(context, containers),
    remove: (containers, options) => removeContainers(context, containers, options),
    unpause: (containers) => unpauseContainers(context, containers),
    rename: (container, name) => renameContainer(context, container, name),
    change: (container, change) => changeContainer(context, container, change),
    glance: () => glanceAtAll(context),
    giveAlias: async (identity, service, containers) => {
      await place(identity, service, containers, 'named')
      await inTurn(identity.project, () => joinBaselines(context, containers))
    },
    takeAlias: (identity, service, containers) => place(identity, service, containers, 'hidden'),
    inspect: (containers) => observeContainers(context, containers),
    waitForExit: (container, signal) => exitOf(context, container, signal),
    exec: (container, command, deadlineMs) => execIn(context, container, { command, deadlineMs }),
    stream: (container, request) => streamThrough(context, container, request),
    volumeMark: (identity, volume) => volumeMark(context, identity, volume),
    discardVolume: (identity, volume) => inTurn(identity.project, () => discardVolume(context, identity, volume)),
    logTail: (container, lines) => readLogTail(context, container, lines),
    readOutput: (source, outputOptions) => readOutput(context, source, outputOptions),
    followOutput: (source, outputOptions) => followOutput(context, source, outputOptions),
    watch: (watchOptions) => watchEvents(context, watchOptions),
    usage: () => usageOfContainers(context),
    running: () => runningContainers(context),
    listProjects: () => projectsOf(context),
    removeStack: (identity) => inTurn(identity.project, () => removeWholeStack(context, identity)),
  }
  return gatedEngine(engine, { gates: context.gates, ping: () => pingEngine(context), halt: options.halt })
}

async function checkEngine(context: DockerContext) {
  const [engine, compose, buildx] = await allEnded([
    ask({ tried: 'reach the Docker engine' }, () => context.docker.version()),
    toolVersion(context, 'compose'),
    toolVersion(context, 'buildx'),
  ])
  return { version: engine.Version, composeVersion: compose, buildxVersion: buildx }
}

async function toolVersion(context: DockerContext, tool: 'compose' | 'buildx'): Promise<string> {
  const result = await runDocker(context, { args: [tool, 'version'], deadlineMs: 30_000 })
  const output = result.stdout.toString('utf8')
  const version = /\bv?(\d+\.\d+\.\d+)/.exec(output)?.[1]
  if (result.exitCode === 0 && version) return version
  throw refusal(lastWords(result.stderr || output), { tried: `run docker ${tool}, which kyozo needs` })
}

async function projectsOf(context: DockerContext): Promise<readonly string[]> {
  const ours = `${label.instance}=${context.instance}`
  const [containers, networks] = await Promise.all([
    listContainers(context, [ours]),
    ask({ tried: 'list networks' }, (abortSignal) => context.docker.listNetworks({ filters: { label: [ours] }, abortSignal })),
  ])
  const labels = [...containers, ...networks].map((thing) => thing.Labels?.[composeLabel.project])
  return [...new Set(labels.filter((project) => project !== undefined))].sort()
}

async function removeWholeStack(context: DockerContext, identity: StackIdentity): Promise<readonly string[]> {
  const containers = await listContainers(context, [`${label.instance}=${context.instance}`, `${composeLabel.project}=${identity.project}`])
  await removeContainers(
    context,
    containers.map((container) => container.Id),
  )
  await removeSharedNetworks(context, identity)
  const volumes = await removeTransientVolumes(context, identity)
  await rm(join(context.stacksDir, identity.project), { recursive: true, force: true })
  return volumes
}

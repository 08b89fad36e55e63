// What a service prints, as people may see it: without the secrets of its environment, and in lines of a bearable length.
import type { OutputSubject, ServiceOutput } from '../api/service-output.ts'
import type { OutputLine, OutputSource } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import { identityOf } from '../pipeline/attempt.ts'
import { type EnvironmentSecrets, environmentSecrets } from '../pipeline/environment-secrets.ts'
import type { Kyozo } from '../pipeline/kyozo.ts'
import { commitOf } from '../pipeline/tip.ts'
import { createRedactor } from '../secrets/redact.ts'
import { type Environment, findEnvironment } from '../store/environments.ts'
import { findRelease, latestRelease, type Release, releaseThatStarted } from '../store/releases.ts'
import { findWorkspace } from '../store/workspaces.ts'

/** One line as it is shown; longer ones are cut. */
const shownCharacters = 16 * 1024
/** A secret that is set while somebody follows reaches containers that are started later, and those take longer. */
const secretsKeptMs = 5_000
/** The commit may have to be fetched: another process analyzed it. */
const fetchMs = 60_000

type Parts = Kyozo

export function serviceOutput(kyozo: Parts): ServiceOutput {
  return {
    async read(subject, options) {
      const { source, redacted } = await openSubject(kyozo, subject)
      const lines = await kyozo.engine.readOutput(source, options)
      return redacted(lines)
    },
    async *follow(subject, options) {
      const { source, redacted } = await openSubject(kyozo, subject)
      for await (const lines of kyozo.engine.followOutput(source, options)) yield await redacted(lines)
    },
  }
}

interface OpenSubject {
  readonly source: OutputSource
  redacted(lines: readonly OutputLine[]): Promise<readonly OutputLine[]>
}

async function openSubject(kyozo: Parts, { environmentId, service }: OutputSubject): Promise<OpenSubject> {
  const environment = await findEnvironment(kyozo.db, environmentId)
  const workspace = environment && (await findWorkspace(kyozo.db, environment.workspaceId))
  if (environment === undefined || workspace === undefined) throw new KyozoError('not_found', 'the environment of this service was deleted')
  // A container that still runs prints what it was started with: values that were replaced meanwhile stay hidden.
  const values = new Set<string>()
  let redact = createRedactor(values)
  let readAt = Number.NEGATIVE_INFINITY
  return {
    source: { identity: identityOf(kyozo.instance, workspace, environment), service },
    async redacted(lines) {
      if (performance.now() - readAt > secretsKeptMs) {
        for (const value of await secretValues(kyozo, { environment, service })) values.add(value)
        redact = createRedactor(values)
        readAt = performance.now()
      }
      return lines.map((line) => ({ ...line, text: redact(line.text).slice(0, shownCharacters) }))
    },
  }
}

/** Those that containers of the live release, of one that is under way, or of the one before a person stopped the service were started with. */
async function secretValues(
  kyozo: Parts,
  { environment, service }: { readonly environment: Environment; readonly service: string },
): Promise<readonly string[]> {
  const set = await environmentSecrets(kyozo, environment)
  const values = [...set.values]
  const live = environment.liveReleaseId === null ? undefined : await findRelease(kyozo.db, environment.liveReleaseId)
  const newest = await latestRelease(kyozo.db, environment.id)
  const own = await releaseThatStarted(kyozo.db, { environmentId: environment.id, service })
  for (const release of new Map([live, newest, own].flatMap((one) => (one === undefined ? [] : [[one.id, one]]))).values())
    values.push(...(await valuesOfFiles(kyozo, { environment, release, set })))
  return values
}

/** What a commit's encrypted files hold. Without them nothing is shown: better no line than a secret. */
async function valuesOfFiles(
  kyozo: Parts,
  { environment, release, set }: { readonly environment: Environment; readonly release: Release; readonly set: EnvironmentSecrets },
): Promise<readonly string[]> {
  const { stackSpec, tree, workspaceId } = release
  if (stackSpec === null || tree === null) return []
  const given = set.valuesFor(stackSpec)
  const isComplete = stackSpec.services.every(({ name, secrets = [] }) => secrets.every((secret) => given[name]?.[secret] !== undefined))
  if (isComplete) return []
  const workspace = await findWorkspace(kyozo.db, workspaceId)
  if (workspace === undefined) return []
  const fetching = { workspace, signal: AbortSignal.timeout(fetchMs), redactAlso: () => undefined }
  const reader = await commitOf(fetching, kyozo, { sha: release.sha, tree })
  return (await environmentSecrets(kyozo, environment, { commit: { reader, listing: await reader.listTree(tree) } })).values
}

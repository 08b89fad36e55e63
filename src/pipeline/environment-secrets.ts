// The secrets that an environment has at this moment: what people set, and what the commit's encrypted files hold. Whoever creates containers asks
// here, and tells `values` to whoever keeps or shows their output.
import { TextDecoder } from 'node:util'
import type { ObjectReader, TreeListing } from '../git/objects.ts'
import { credentialNames, sources } from '../secrets/source.ts'
import { type AvailableSecret, type SecretLayer, secretLayers } from '../stack/given-secrets.ts'
import type { StackSpec } from '../stack/stack.ts'
import type { Environment } from '../store/environments.ts'
import { listRetiredSecrets, listSecrets, placeOf, type RetiredSecret, type StoredSecret } from '../store/secrets.ts'
import { declarationName, parseDeclaration } from '../topology/declaration/declaration.ts'
import { cleanPath } from '../topology/paths.ts'
import type { Topology } from '../topology/topology.ts'
import type { Kyozo } from './kyozo.ts'
import { keptValues } from './release-values.ts'

export interface EnvironmentSecrets {
  readonly available: readonly AvailableSecret[]
  /** Every value that is in play, those that kyozo made too, and those that containers from before may print: nothing of it may be stored or shown. */
  readonly values: readonly string[]
  /** Service → variable → value, as the stack says who gets which. */
  valuesFor(stack: Pick<StackSpec, 'services'>): Readonly<Record<string, Readonly<Record<string, string>>>>
}

interface SecretSources {
  /** Whose encrypted files are opened. Default is that only what people set is there. */
  readonly commit?: { readonly reader: ObjectReader; readonly listing: TreeListing }
  /** What a preview may read. Default is nothing. */
  readonly readable?: ReadableSecrets
}

/** What a preview may read of the secrets that people set. */
export interface ReadableSecrets {
  /** Those that were set for it alone. */
  readonly own: boolean
  /** Of those of the workspace, by name; null for all. */
  readonly ofWorkspace: readonly string[] | null
}

const nothingReadable: ReadableSecrets = { own: false, ofWorkspace: [] }

function mayRead({ own, ofWorkspace }: ReadableSecrets, { environmentId, name }: StoredSecret): boolean {
  if (environmentId !== null) return own
  // What opens the encrypted files of the repository opens all of them.
  return !credentialNames.has(name) && (ofWorkspace === null || ofWorkspace.includes(name))
}

interface Held extends AvailableSecret {
  readonly value: string
}

/** The largest encrypted file that is read. */
const fileLimitBytes = 256 * 1024

/** Throws `secret_unreadable` when a file of the commit cannot be opened. */
export async function environmentSecrets(
  kyozo: Pick<Kyozo, 'db' | 'vault'>,
  environment: Pick<Environment, 'id' | 'workspaceId' | 'trust'>,
  { commit, readable = nothingReadable }: SecretSources = {},
): Promise<EnvironmentSecrets> {
  const scope = { workspaceId: environment.workspaceId, environmentId: environment.id }
  const open = <S extends RetiredSecret>(secret: S) => ({ secret, value: kyozo.vault.open(placeOf(secret), secret.ciphertext) })
  const opened = (await listSecrets(kyozo.db, scope)).map(open)
  const retired = (await listRetiredSecrets(kyozo.db, scope)).map(open)
  // Whoever may open a pull request writes the preview's code: it gets what it is allowed by name, and nothing else.
  const isPreview = environment.trust !== 'trusted'
  const set = opened.filter(({ secret }) => !secret.isMade && (!isPreview || mayRead(readable, secret)))
  const credentials = new Map(set.filter(({ secret }) => isCredential(secret)).map(({ secret, value }) => [secret.name, value]))
  const fromFiles = commit === undefined || isPreview ? [] : await secretsOfFiles(commit, credentials)
  const held = [...fromFiles, ...set.filter(({ secret }) => !isCredential(secret)).map(({ secret, value }) => heldBy(secret, value))]
  return {
    available: held.map(({ value: _, ...secret }) => secret),
    values: [...[...opened, ...retired, ...fromFiles].map(({ value }) => value), ...(await keptValues(kyozo, environment.id))],
    valuesFor: (stack) => valuesFor(stack, held),
  }
}

function isCredential({ name }: StoredSecret): boolean {
  return credentialNames.has(name)
}

function heldBy({ name, service, environmentId, version, id }: StoredSecret, value: string): Held {
  const scope = environmentId === null ? 'workspace' : 'environment'
  const inService = environmentId === null ? 'service' : 'service_in_environment'
  // One that was removed and set anew begins to count again.
  return { name, service, value, layer: service === null ? scope : inService, version: `${id.slice(-12)}.${version}` }
}

async function secretsOfFiles(
  { reader, listing }: { readonly reader: ObjectReader; readonly listing: TreeListing },
  credentials: ReadonlyMap<string, string>,
): Promise<readonly Held[]> {
  const readFile = async (path: string): Promise<Buffer | undefined> => {
    const entry = listing.entries.get(cleanPath(path))
    if (entry === undefined || (entry.mode !== '100644' && entry.mode !== '100755')) return undefined
    return (await reader.readBlobs([entry.oid], fileLimitBytes)).get(entry.oid) ?? undefined
  }
  const declared = await readFile(declarationName)
  if (declared === undefined) return []
  // Bytes that are no text are told by the analysis, with all else that is wrong.
  const { declaration } = parseDeclaration(new TextDecoder().decode(declared))
  const held: Held[] = []
  for (const { file, service } of declaration.secrets ?? []) {
    const values = await sources.file.read({ at: file, credentials, readFile })
    const layer: SecretLayer = service === undefined ? 'file' : 'service_file'
    for (const [name, { value, version }] of values) held.push({ name, value, version, layer, service: service ?? null })
  }
  return held
}

function valuesFor({ services }: Pick<StackSpec, 'services'>, held: readonly Held[]): Record<string, Record<string, string>> {
  const strongestLast = [...held].sort((a, b) => secretLayers.indexOf(a.layer) - secretLayers.indexOf(b.layer))
  const given = services.flatMap(({ name, secrets = [] }) => {
    const mine = strongestLast.filter((one) => secrets.includes(one.name) && (one.service === null || one.service === name))
    // Of one name the last stays: the strongest, and of two files the later.
    return mine.length === 0 ? [] : [[name, Object.fromEntries(mine.map((one) => [one.name, one.value]))] as const]
  })
  return Object.fromEntries(given)
}

/** Variables that a service does not start without and that nothing fills, by service. */
export function missingVariables({
  topology,
  stack,
  available,
}: {
  readonly topology: Pick<Topology, 'services'>
  readonly stack: Pick<StackSpec, 'services' | 'document'>
  readonly available: readonly AvailableSecret[]
}): readonly { readonly service: string; readonly variables: readonly string[] }[] {
  return stack.services.flatMap(({ name, secrets = [], servedFrom }) => {
    // A relay reads nothing.
    if (servedFrom !== undefined) return []
    const spec = topology.services.find((service) => service.name === name)
    const set = Object.keys((stack.document.services[name]?.environment as Record<string, unknown> | undefined) ?? {})
    const filled = new Set([...set, ...secrets, ...available.filter(({ service }) => service === name).map((one) => one.name)])
    const variables = (spec?.environment ?? []).filter((one) => one.required && !filled.has(one.name)).map((one) => one.name)
    return variables.length === 0 ? [] : [{ service: name, variables }]
  })
}

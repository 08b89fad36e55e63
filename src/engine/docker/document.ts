// The little that the engine has to know of a compose document besides handing it to Compose. It is kyozo's own output, so it is read plainly.
import { parse } from 'yaml'
import type { ComposeFiles } from '../engine.ts'

export interface ServiceModel {
  /** Without `CAP_`. */
  readonly addedCapabilities: readonly string[]
  readonly droppedCapabilities: readonly string[]
  readonly hasConfigs: boolean
  /** Ports of the machine that it is to hold, as `address:port`. */
  readonly heldPorts: readonly string[]
  /** Which namespaces it has in common with another service of its stack. */
  readonly sharedNamespaces: readonly Namespace[]
  /** Of which service each of them is. */
  readonly hosts: Readonly<Partial<Record<Namespace, string>>>
}

export type Namespace = 'network_mode' | 'pid' | 'ipc'

type ServiceKey = 'cap_add' | 'cap_drop' | 'configs' | 'ports' | Namespace

interface ComposeText {
  readonly services?: Readonly<Record<string, Readonly<Partial<Record<ServiceKey, unknown>>> | null>>
}

const namespaces: readonly Namespace[] = ['network_mode', 'pid', 'ipc']

export function readServiceModel(files: ComposeFiles, service: string): ServiceModel {
  const parts = textsOf(files).map((text) => text?.services?.[service])
  const values = (key: ServiceKey): readonly unknown[] => parts.flatMap((part) => part?.[key] ?? [])
  const hosts = namespaces.flatMap((namespace) => {
    const host = values(namespace).flatMap((value) => /^service:(.+)$/.exec(String(value))?.[1] ?? [])[0]
    return host === undefined ? [] : [[namespace, host] as const]
  })
  return {
    addedCapabilities: values('cap_add').map(capability),
    droppedCapabilities: values('cap_drop').map(capability),
    hasConfigs: values('configs').length > 0,
    heldPorts: values('ports').flatMap((port) => /^\[?([^\]]+?)\]?:(\d+):\d+(?:\/udp)?$/.exec(String(port))?.slice(1, 3).join(':') ?? []),
    sharedNamespaces: hosts.map(([namespace]) => namespace),
    hosts: Object.fromEntries(hosts),
  }
}

/** Read once however many services a stack has: parsing the documents of fifty takes a tenth of a second. */
const read = new WeakMap<ComposeFiles, readonly (ComposeText | null)[]>()

function textsOf(files: ComposeFiles): readonly (ComposeText | null)[] {
  const known = read.get(files)
  if (known !== undefined) return known
  const texts = [files.document, files.overlay].map((text) => parse(text) as ComposeText | null)
  read.set(files, texts)
  return texts
}

function capability(name: unknown): string {
  return String(name).replace(/^CAP_/, '')
}

// The little that the engine has to know of a compose document besides handing it to Compose. It is kyozo's own output, so it is read plainly.
import { parse } from 'yaml'
import type { ComposeFiles } from '../engine.ts'

export interface ServiceModel {
  /** Without `CAP_`. */
  readonly addedCapabilities: readonly string[]
  readonly droppedCapabilities: readonly string[]
  readonly hasConfigs: boolean
}

interface ComposeText {
  readonly services?: Readonly<
    Record<string, { readonly cap_add?: unknown; readonly cap_drop?: unknown; readonly configs?: unknown } | null>
  >
}

export function readServiceModel(files: ComposeFiles, service: string): ServiceModel {
  const parts = [files.document, files.overlay].map((text) => (parse(text) as ComposeText | null)?.services?.[service])
  const list = (key: 'cap_add' | 'cap_drop' | 'configs'): readonly unknown[] => parts.flatMap((part) => part?.[key] ?? [])
  return {
    addedCapabilities: list('cap_add').map(capability),
    droppedCapabilities: list('cap_drop').map(capability),
    hasConfigs: list('configs').length > 0,
  }
}

function capability(name: unknown): string {
  return String(name).replace(/^CAP_/, '')
}

// Small trees and topologies for tests of the pure stages.
import { createHash } from 'node:crypto'
import type { StackIdentity } from '../../src/engine/engine.ts'
import { createSourceTree, type SourceTree, type TreeEntry } from '../../src/git/source-tree.ts'
import type { StackInput } from '../../src/stack/specify.ts'
import type { RenderedTemplate, RenderInput, Template } from '../../src/stack/template.ts'
import type { ComposeModel, ComposeModelService } from '../../src/topology/compose/model.ts'
import type { ServiceSpec, Topology } from '../../src/topology/topology.ts'

export type Files = Readonly<Record<string, string>>

/** A frozen commit of these files; `-> target` makes a symbolic link, and a leading `#!` an executable. */
export function sourceTree(files: Files): SourceTree {
  const entries = new Map<string, TreeEntry>()
  const texts = new Map<string, string>()
  for (const [path, text] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const oid = createHash('sha1')
      .update(`blob ${Buffer.byteLength(text)}\0${text}`)
      .digest('hex')
    entries.set(path, { oid, mode: text.startsWith('-> ') ? '120000' : text.startsWith('#!') ? '100755' : '100644' })
    texts.set(oid, text)
  }
  return createSourceTree({
    tree: createHash('sha1')
      .update(JSON.stringify([...entries]))
      .digest('hex'),
    entries,
    folders: new Map(),
    texts,
  })
}

export const identity: StackIdentity = { instance: 'i1', workspace: 'shop', environment: 'production', project: 'kyozo-shop-production' }

export function serviceSpec(spec: Partial<ServiceSpec> & Pick<ServiceSpec, 'name' | 'path'>): ServiceSpec {
  return {
    type: 'nodejs',
    confidence: 0.9,
    build: { kind: 'template', template: 'nodejs', context: spec.path },
    environment: [],
    resources: { memory: '512Mi', cpu: '0.5' },
    dependsOn: [],
    alternatives: [],
    evidence: [{ path: `${spec.path}/package.json`, line: 5, fact: 'start script', weight: 0.4 }],
    reads: [],
    facts: {},
    because: {},
    ...spec,
  }
}

export function topology(parts: Partial<Topology>): Topology {
  return {
    strategy: 'compose_stack',
    services: [],
    backing: [],
    folders: [],
    recommendations: [],
    patterns: [],
    startOrder: [],
    warnings: [],
    ...parts,
  }
}

/** A template that copies the service's folder and what it reads, for tests about stacks rather than about templates. */
export const nodeTemplate: Template = {
  name: 'nodejs',
  types: ['nodejs'],
  dockerfile: 'FROM node:24-slim',
  isReadOnly: true,
  writableFolders: ['/tmp'],
  capabilities: [],
  defaultPort: 3000,
}

export function renderNode(template: Template, { service, tree }: RenderInput): RenderedTemplate {
  const read = [service.path, ...service.reads]
  const files = [...tree.entries.keys()].filter((path) => read.some((folder) => path === folder || path.startsWith(`${folder}/`)))
  const port = service.port ?? undefined
  return {
    dockerfile: `${template.dockerfile}\nWORKDIR /app\nCOPY . .\nUSER node\nCMD ["node", "server.js"]\n`,
    context: service.reads.length === 0 ? service.path : '.',
    files,
    isReadOnly: template.isReadOnly,
    writableFolders: template.writableFolders,
    capabilities: template.capabilities,
    ...(port === undefined ? {} : { port, healthCommand: ['node', '-e', `fetch("http://127.0.0.1:${port}/healthz")`] }),
  }
}

export function stackInput(parts: Partial<StackInput> & { readonly files?: Files }): StackInput {
  const { files = {}, ...rest } = parts
  return {
    topology: topology({}),
    composeModels: [],
    tree: sourceTree(files),
    templates: [nodeTemplate],
    render: renderNode,
    identity,
    revision: '1111111111111111111111111111111111111111',
    release: '01890000-0000-7000-8000-000000000001',
    generation: 1,
    ...rest,
  }
}

export function modelService(parts: Partial<ComposeModelService>): ComposeModelService {
  return {
    environment: {},
    ports: [],
    expose: [],
    mounts: [],
    dependsOn: {},
    resources: {},
    capAdd: [],
    labels: {},
    profiles: [],
    replicas: 1,
    ulimits: {},
    sysctls: {},
    groupAdd: [],
    networks: { default: { aliases: [] } },
    links: [],
    ...parts,
  }
}

export function composeModel(file: string, services: ComposeModel['services']): ComposeModel {
  return { file, services, volumes: {}, networks: {}, reads: [file], variables: [], violations: [], differences: [] }
}

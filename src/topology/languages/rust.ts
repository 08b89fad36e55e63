// Cargo packages: which are programs, and what they are built on.
import { joinPath } from '../paths.ts'
import { dataAt, field, isData, stringAt } from '../reading/data.ts'
import { lineOf } from '../reading/lines.ts'
import type { SourceLanguage } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import type { Framework, Language, Project } from './language.ts'

const frameworks: readonly Framework[] = [
  { name: 'loco', packages: ['loco-rs'], port: 5150 },
  { name: 'rocket', packages: ['rocket'], port: 8000 },
  { name: 'actix-web', packages: ['actix-web'], port: 8080 },
  { name: 'poem', packages: ['poem'], port: 3000 },
  { name: 'salvo', packages: ['salvo'], port: 5800 },
  { name: 'axum', packages: ['axum'], port: 3000 },
  { name: 'warp', packages: ['warp'], port: 3030 },
  { name: 'tide', packages: ['tide'], port: 8080 },
  { name: 'tonic', packages: ['tonic'], port: 50051 },
  { name: 'hyper', packages: ['hyper'], port: 3000 },
] // biome-ignore format: a table

const source: SourceLanguage = {
  comments: /^[ \t]{0,200}\/\/.*$/gm,
  listens: [/\bTcpListener::bind\s{0,4}\(/g, /\bHttpServer::new\s{0,4}\(/g, /\baxum::serve\s{0,4}\(/g, /\brocket::build\s{0,4}\(/g, /\.serve\s{0,4}\(/g],
  ports: [
    /["'](?:0\.0\.0\.0|127\.0\.0\.1|\[::\]|localhost):(\d{2,5})["']/g,
    /\bport\b[^\n]{0,60}?unwrap_or(?:_else)?\s{0,4}\([^\n\d]{0,40}(\d{2,5})/gi,
    /\[(?:127, 0, 0, 1|0, 0, 0, 0)\],\s{0,4}(\d{2,5})\)/g,
  ],
  loops: [/^\s{0,20}loop\s{0,4}\{/gm, /\btokio::time::interval\s{0,4}\(/g],
  environment: [
    {
      pattern:
        /\benv::var\s{0,4}\(\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,4}\)(?:\s{0,40}\.unwrap_or(?:_else)?\s{0,4}\([^"\n)]{0,40}"(?<fallback>[^"\n]{0,200})")?(?<must>\s{0,40}\.(?:unwrap|expect)\s{0,4}\()?/g,
      isRequired: (match) => match.groups?.must !== undefined,
    },
  ],
  imports: /^[ \t]{0,8}(?:pub\s)?use\s{1,4}([a-z_][a-z0-9_]{0,60})\b/gm,
  resolve: () => [],
} // biome-ignore format: a table

export const rust: Language = {
  type: 'rust',
  title: 'Rust',
  marks: ['Cargo.toml'],
  readProject,
  source,
  frameworks,
  packageOf: (module) => module.replaceAll('_', '-'),
  port: 8080,
  start: ({ project }) => (project.facts?.binary === undefined ? undefined : `./${String(project.facts.binary)}`),
  build: () => 'cargo build --release --locked',
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const file = repository.read.toml(joinPath(folder.path, 'Cargo.toml'))
  if (file === undefined) return undefined
  const { data, path, text } = file
  const at = (needle: string, fact: string): Evidence => {
    const line = lineOf(text, needle)
    return line === undefined ? { path, fact } : { path, line, fact }
  }
  const name = stringAt(data, 'package', 'name')
  const entries = entriesOf(data, folder, repository)
  const isWorkspace = field(data, 'workspace') !== undefined
  return {
    manifest: at('[package]', name === undefined ? 'Cargo.toml' : `crate ${name}`),
    version: stringAt(data, 'package', 'rust-version'),
    packageManager: 'cargo',
    dependencies: new Map(Object.keys(dataAt(data, 'dependencies')).map((key) => [key, at(key, `${key} in dependencies`)])),
    entries,
    signs: [
      ...(isWorkspace && name === undefined
        ? [{ ...at('[workspace]', 'is the root of a workspace'), weight: -0.9, role: 'workspace_root' as const }]
        : []),
      ...(entries.length === 0 && !isWorkspace ? [{ ...at('[package]', 'has no program'), weight: -0.9, role: 'library' as const }] : []),
    ],
    facts: { ...(name === undefined ? {} : { binary: binaryOf(data, name) }) },
  }
}

function entriesOf(data: unknown, folder: Folder, repository: Repository): string[] {
  const bins = field(data, 'bin')
  const declared = Array.isArray(bins) ? bins.flatMap((bin) => stringAt(bin, 'path') ?? []) : []
  return [...declared, 'src/main.rs'].map((name) => joinPath(folder.path, name)).filter((path) => repository.tree.entries.has(path))
}

function binaryOf(data: unknown, name: string): string {
  const bins = field(data, 'bin')
  const [first] = Array.isArray(bins) ? bins : []
  return (isData(first) ? stringAt(first, 'name') : undefined) ?? stringAt(data, 'package', 'default-run') ?? name
}

// What a folder's name alone says. A name that argues with 0.5 or more ends the matter: no evidence could lift a claim below it over the
// threshold, so nothing below is read. kyozo.yaml can still name a service there.
import { baseName, parentOf } from './paths.ts'
import type { FolderRole } from './topology.ts'

export interface NameRule {
  readonly names: readonly string[]
  readonly role: FolderRole['role']
  /** How strongly the name speaks against a service. */
  readonly weight: number
  /** A manifest directly inside means that it is somebody's own folder after all: a vendored folder holds its modules deeper. */
  readonly unlessManifest?: true
  /** The rule speaks only when the folder is the whole path's first part. */
  readonly onlyAtRoot?: true
}

export const nameRules: readonly NameRule[] = [
  { role: 'vendored', weight: 1, names: ['node_modules', 'bower_components', 'site-packages', '.venv', 'venv', '.yarn', '.pnpm-store', 'Pods', 'tilt_modules', '.bundle', '.gradle', '.m2', '.cargo'] },
  { role: 'vendored', weight: 1, names: ['vendor', 'third_party', 'third-party', '_vendor'], unlessManifest: true },
  { role: 'generated', weight: 1, names: ['dist', '.next', '.nuxt', '.output', '.svelte-kit', '.astro', '.turbo', '.cache', '.parcel-cache', 'coverage', '__pycache__', '__generated__', 'genproto', '.tox', '.mypy_cache', '.pytest_cache'] },
  { role: 'generated', weight: 1, names: ['build', 'out', 'target', 'generated'], unlessManifest: true },
  { role: 'fixture', weight: 0.9, names: ['fixtures', 'fixture', '__fixtures__', 'testdata', 'test-data', '__mocks__', '__snapshots__'] },
  { role: 'tests', weight: 0.9, names: ['test', 'tests', '__tests__', 'spec', 'specs', 'e2e', 'cypress', 'integration-tests', 'integration_tests', 'test-utils'] },
  { role: 'example', weight: 0.9, names: ['example', 'examples', 'sample', 'samples'] },
  { role: 'example', weight: 0.6, names: ['snippets', 'codesnippets', 'code-snippets', 'code_snippets'] },
  { role: 'docs', weight: 0.9, names: ['docs', 'doc', 'documentation'] },
  { role: 'tooling', weight: 0.9, names: ['.github', '.gitlab', '.gitea', '.forgejo', '.circleci', '.vscode', '.idea', '.devcontainer', '.husky', '.changeset', '.storybook'] },
  { role: 'tooling', weight: 0.6, names: ['scripts', 'tools', 'hack', 'tooling'] },
  { role: 'tests', weight: 0.6, names: ['benchmark', 'benchmarks', 'bench', 'perf', 'fuzz', 'fuzzing'] },
  { role: 'tooling', weight: 0.5, names: ['storybook', 'ladle', 'histoire', 'playroom'] },
  { role: 'vendored', weight: 0.6, names: ['deps'] },
  { role: 'tooling', weight: 0.3, names: ['infra', 'infrastructure', 'terraform', 'iac', 'ansible', 'devops', 'hooks', 'jenkins', 'backup', 'backups'] },
  { role: 'docs', weight: 0.5, names: ['wiki', 'openapi', 'swagger', 'api-docs', 'apidocs'] },
  { role: 'example', weight: 0.4, names: ['demo', 'demos', 'playground', 'playgrounds', 'sandbox'] },
  { role: 'library', weight: 0.35, names: ['packages', 'libs', 'lib', 'libraries', 'shared', 'common', 'pkg', 'internal'] },
  { role: 'example', weight: 0.5, names: ['contrib', 'skeletons', 'archive', 'archived', '.archive', '_archive', 'attic'] },
  { role: 'tests', weight: 0.4, names: ['integration'], onlyAtRoot: true },
  { role: 'tooling', weight: 0.5, names: ['builders', 'storybook'] },
  { role: 'example', weight: 0.6, names: ['templates', 'starters', 'boilerplates', 'starter-templates'], onlyAtRoot: true },
  { role: 'asset', weight: 0.4, names: ['public', 'static', 'assets', 'templates', 'views'] },
] // biome-ignore format: a table

/** Files that say "somebody's own code starts here". */
export const manifestNames: readonly string[] = [
  'package.json', 'pom.xml', 'build.gradle', 'build.gradle.kts', 'Cargo.toml', 'pyproject.toml', 'requirements.txt', 'Pipfile', 'go.mod', 'Dockerfile', 'composer.json', 'Gemfile', 'mix.exs',
  'gleam.toml', 'pubspec.yaml', 'Package.swift', 'shard.yml', 'build.zig', 'stack.yaml', 'CMakeLists.txt',
  'compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml',
] // biome-ignore format: a list

const byName = (rules: readonly NameRule[]) => new Map(rules.flatMap((rule) => rule.names.map((name) => [name, rule] as const)))
const rulesByName = byName(nameRules.filter(({ onlyAtRoot }) => onlyAtRoot !== true))
const rulesAtRoot = byName(nameRules.filter(({ onlyAtRoot }) => onlyAtRoot === true))

/** Names that begin or end like tests: `test_suite`, `InvoiceService.UnitTests`, `runtime-tests`, `e2e_test`. A service may be called so, hence the small weight. */
const testsByEnding: NameRule = { role: 'tests', weight: 0.4, names: [] }
const testsBeginning = /^tests?_/

/** What somebody copies to begin with: `0_skeleton`. */
const skeletonByEnding: NameRule = { role: 'example', weight: 0.5, names: [] }

/** What was written down once: `old-docs`. */
const docsByName: NameRule = { role: 'docs', weight: 0.9, names: [] }

/** What whoever works on the code starts beside it: `dev-reverse-proxy`. A service may be called so, hence the small weight. */
const developmentByBeginning: NameRule = { role: 'tooling', weight: 0.4, names: [] }

/** What a page or a program handles: `static_files`, `upload_files`. */
const filesByEnding: NameRule = { role: 'asset', weight: 0.4, names: [] }
const testsEnding = /(?:[-_.](?:(?:[Uu]nit|[Ii]ntegration|[Ff]unctional)?[Tt]ests?|testing|e2e)|[A-Za-z]Tests?)$/

/** Collections of programs that show something: `react-examples`, `sdk-samples`. */
const examplesByEnding: NameRule = { role: 'example', weight: 0.6, names: [] }
const examplesEnding = /[-_.](?:examples|samples|demos)$|^(?:examples|samples|demos)[-_.]/i

/** What the last part of a path says about the folder there. */
export function ruleForFolder(path: string): NameRule | undefined {
  const name = baseName(path)
  const rule =
    (path === name ? rulesAtRoot.get(name) : undefined) ??
    rulesByName.get(name) ??
    rulesByName.get(name.toLowerCase()) ??
    ruleForWords(name)
  return rule?.role === 'docs' && appFolderAround(path) !== undefined ? undefined : rule
}

/** A name that a generator fills in. */
const templateByName: NameRule = { role: 'example', weight: 0.9, names: [] }

/** What a generator fills in: `{{ name }}`, `<%= name %>`; and the folders that its templates lie in. */
export const placeholder = /\{\{|\{%|<%|\bcookiecutter\./
const templateFolder = /^__(?:brick|template|project_?name|app_?name)__$/i

function ruleForWords(name: string): NameRule | undefined {
  if (placeholder.test(name) || templateFolder.test(name)) return templateByName
  if (examplesEnding.test(name)) return examplesByEnding
  if (testsEnding.test(name) || testsBeginning.test(name)) return testsByEnding
  if (/(?:^|[-_])skeleton$/i.test(name)) return skeletonByEnding
  if (/^(?:old|legacy|archived?)[-_]docs?$/i.test(name)) return docsByName
  if (/^(?:local-)?dev[-_](?!portal|hub|tools?-)/i.test(name)) return developmentByBeginning
  return name.endsWith('_files') ? filesByEnding : undefined
}

/** Folders that hold what is deployed, side by side: a documentation among them is a site of its own. */
const appFolders = new Set(['apps', 'sites', 'websites', 'services', 'microservices'])

/** The folder around that holds what is deployed, or undefined when another kind of folder lies around. */
export function appFolderAround(path: string): string | undefined {
  const around = parentOf(path)
  return appFolders.has(baseName(around)) ? around : undefined
}

/** Weights from here on make reading below pointless. */
export const decidingWeight = 0.5

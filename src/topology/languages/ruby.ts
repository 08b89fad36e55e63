// Ruby: Bundler applications, rack configurations and plain programs.
import type { Facts } from '../claim.ts'
import { joinPath } from '../paths.ts'
import { stringAt } from '../reading/data.ts'
import { apart, type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence, HealthSpec, ProcessSpec } from '../topology.ts'
import type { Language, Program, Project } from './language.ts'
import { existing, filesIn, matchesIn, readFile, type TextFile } from './manifest.ts'
import { rubyFrameworks, siteGems } from './ruby-frameworks.ts'
import { systemPackages } from './ruby-libraries.ts'
import { rubySource } from './ruby-source.ts'
import { readAs, statedIn } from './stated.ts'

export const ruby: Language = {
  type: 'ruby',
  title: 'Ruby',
  marks: ['Gemfile', 'gems.rb', 'config.ru', 'Rakefile', '*.gemspec', 'app.rb', 'main.rb', 'server.rb'],
  readProject,
  source: rubySource,
  frameworks: rubyFrameworks,
  packageOf: (module) => module.split('/', 1)[0] ?? module,
  port: 8080,
  start: startOf,
  build: buildOf,
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const shape = shapeOf(folder, repository)
  const { gems, gemfile, gemspec, rack, programs, isRails, isTask } = shape
  const hasManifest = folder.files.has('Gemfile') || folder.files.has('gems.rb')
  if (isSite(gems, rack, folder)) return undefined
  if (!hasManifest && gemspec === undefined && rack.length === 0 && programs.length === 0 && !isTask) return undefined
  const configured = existing(isRails ? railsFiles : serverFiles, folder, repository)
  const versions = [...gems].flatMap(([name, { version }]) => (version === undefined ? [] : [[name, version] as const]))
  return {
    manifest: hasManifest || gemspec !== undefined ? manifestOf(folder, gemfile, gemspec) : undefined,
    ...apart({
      version: versionOf(gemfile, folder, repository),
      health: isRails ? railsHealth(folder, repository) : undefined,
      processes: processesOf(gems, folder),
    }),
    packageManager: hasManifest ? 'bundler' : undefined,
    dependencies: new Map([...gems].map(([name, gem]) => [name, gem.evidence])),
    versions: new Map([...versions, ...lockedVersions(folder, repository)]),
    entries: [...rack, ...programs, ...(isTask ? existing(['Rakefile'], folder, repository) : []), ...configured],
    isServer: rack.length > 0,
    usualPort: rack.length > 0 && !isRails ? 8080 : undefined,
    signs: signsOf(folder, shape),
    facts: { ...(isRails ? { isRails } : {}), ...templateFacts(shape, folder, repository) },
  }
}

/** What lies in the folder. */
interface Shape {
  readonly gemfile: TextFile | undefined
  readonly gems: ReadonlyMap<string, Gem>
  readonly gemspec: string | undefined
  readonly rack: readonly string[]
  readonly programs: readonly string[]
  readonly isRails: boolean
  /** Whether tasks are all there is. */
  readonly isTask: boolean
}

function shapeOf(folder: Folder, repository: Repository): Shape {
  const gemfile = readFile('Gemfile', folder, repository) ?? readFile('gems.rb', folder, repository)
  const gems = gemfile === undefined ? new Map<string, Gem>() : gemsIn(gemfile)
  const [script] = existing(['bin/rails'], folder, repository)
  // The framework's parts may be listed one by one, or by a gemspec; its own script is always there.
  if (script !== undefined && !gems.has('rails'))
    gems.set('rails', { version: undefined, evidence: { path: script, line: 1, fact: 'bin/rails' } })
  const isRails = gems.has('rails') || gems.has('railties')
  const rack = existing(['config.ru'], folder, repository)
  const programs = programsIn(folder, repository)
  const isTask = programs.length === 0 && rack.length === 0 && folder.files.has('Rakefile') && !isRails
  const gemspec = [...folder.files].sort().find((name) => name.endsWith('.gemspec'))
  return { gemfile, gems, gemspec, rack, programs, isRails, isTask }
}

function signsOf(folder: Folder, { rack, gemspec, isTask }: Shape): Project['signs'] {
  const at = (name: string, fact: string) => ({ path: joinPath(folder.path, name), line: 1, fact })
  const isApplication = rack.length > 0 && !isEngine(folder)
  return [
    ...(rack.length > 0 ? [{ ...at('config.ru', 'rack configuration'), weight: isEngine(folder) ? 0.1 : 0.45 }] : []),
    ...(isTask ? [{ ...at('Rakefile', 'tasks that are run by hand'), weight: -0.2, role: 'tooling' as const }] : []),
    ...(gemspec === undefined
      ? []
      : [{ ...at(gemspec, 'is packed as a gem'), weight: isApplication ? -0.3 : -0.8, role: 'library' as const }]),
  ]
}

const serverFiles = ['config/puma.rb', 'puma.rb', 'config/unicorn.rb']

const railsFiles = ['config/puma.rb', 'config/routes.rb', 'config/application.rb', 'config/environments/production.rb', 'config/database.yml', 'config/cable.yml', 'config/initializers/sidekiq.rb'] // biome-ignore format: a list

interface Gem {
  readonly version: string | undefined
  readonly evidence: Evidence
}

/** Gems that production installs: those of the development and test groups never run there. */
function gemsIn(file: TextFile): Map<string, Gem> {
  const pattern =
    /^[ \t]{0,20}(?:(?<group>group\b[^\n]{0,200}\bdo\b)|(?<block>(?:source|platforms?|path|git|if|unless|install_if)\b[^\n]{0,200}(?:\bdo\b|$))|(?<end>end)\b|gem[ (]{1,4}["'](?<name>[\w.-]{1,80})["'](?:\s{0,4},\s{0,4}["'](?<version>[^"'\n]{1,40})["'])?(?<rest>[^\n]{0,200}))/gm
  const gems = new Map<string, Gem>()
  const open: boolean[] = []
  for (const { groups, line } of matchesIn(file, pattern)) {
    const { group, block, end, name, version, rest = '' } = groups
    if (group !== undefined) open.push(isForWork(group))
    else if (block !== undefined) open.push(false)
    else if (end !== undefined) open.pop()
    else if (name !== undefined && !open.includes(true) && !(/\bgroups?\b/.test(rest) && isForWork(rest)))
      gems.set(name, { version, evidence: { path: file.path, line, fact: `${name} in the Gemfile` } })
  }
  return gems
}

function isForWork(groups: string): boolean {
  return /:(?:development|test|ci|lint|docs?)\b/.test(groups) && !/:(?:production|default|web)\b/.test(groups)
}

function lockedVersions(folder: Folder, repository: Repository): (readonly [string, string])[] {
  const file = readFile('Gemfile.lock', folder, repository)
  if (file === undefined) return []
  return matchesIn(file, /^ {4}(?<name>[\w.-]{1,80}) \((?<version>\d[\w.]{0,30})[^\n)]{0,40}\)$/gm).map(
    ({ groups }) => [groups.name ?? '', groups.version ?? ''] as const,
  )
}

/** Sites that are built to plain files belong to the detector of static sites. */
function isSite(gems: ReadonlyMap<string, Gem>, rack: readonly string[], folder: Folder): boolean {
  const isBuilt = siteGems.some((name) => gems.has(name))
  const serves = rubyFrameworks.some(
    ({ kind, packages }) => kind === undefined && packages.some((name) => gems.has(name) && !['rack', 'puma', 'webrick'].includes(name)),
  )
  return isBuilt && !serves && (rack.length === 0 || folder.files.has('_config.yml') || folder.files.has('config.rb'))
}

/** An engine's configuration starts the dummy application of its tests. */
function isEngine(folder: Folder): boolean {
  return [...folder.files].some((name) => name.endsWith('.gemspec')) && !folder.folders.has('config')
}

/** Files that begin a program: the usual names, else the only one that there is. */
function programsIn(folder: Folder, repository: Repository): string[] {
  const usual = existing(
    ['app.rb', 'main.rb', 'server.rb', 'application.rb', 'web.rb', 'index.rb', 'bot.rb', 'worker.rb', 'run.rb', 'service.rb'],
    folder,
    repository,
  )
  const all = filesIn('.', /^(?!config|Guardfile|.{0,60}_(?:test|spec)\.rb)[\w.-]{1,60}\.rb$/, { folder, repository })
  if (usual.length > 0 || all.length === 1) return usual.length > 0 ? usual : all
  return all.filter((path) => /(?:server|app|worker|consumer|service|main)\.rb$/.test(path))
}

function manifestOf(folder: Folder, gemfile: TextFile | undefined, gemspec: string | undefined): Evidence {
  const name = gemfile === undefined ? (gemspec ?? 'Gemfile') : gemfile.path.slice(gemfile.path.lastIndexOf('/') + 1)
  return { path: joinPath(folder.path, name), line: 1, fact: name }
}

function versionOf(gemfile: TextFile | undefined, folder: Folder, repository: Repository): Said<string> | undefined {
  const inFile = (name: string, pattern: RegExp) => statedIn(readFile(name, folder, repository), pattern)
  return (
    statedIn(gemfile, /^[ \t]{0,4}ruby[ (]{1,4}["'][~>= ]{0,4}(\d\.\d{1,2})/m) ??
    inFile('.ruby-version', /(?:ruby-)?(\d\.\d{1,2})/) ??
    inFile('.tool-versions', /^ruby[ \t]{1,8}(\d\.\d{1,2})/m) ??
    inFile('Gemfile.lock', /^RUBY VERSION\n\s{1,4}ruby (\d\.\d{1,2})/m)
  )
}

/** Rails brings a health page since 7.1, where its routes say so. */
function railsHealth(folder: Folder, repository: Repository): Said<HealthSpec> | undefined {
  const routes = readFile('config/routes.rb', folder, repository)
  const route = statedIn(routes, /^[ \t]{0,20}get\s{0,4}\(?["']\/?([\w/-]{1,60})["'][^\n]{0,20}rails\/health#show/m)
  return readAs(route, (name) => ({ kind: 'http', path: `/${name}` }))
}

/** Queues, each with the command of its worker. */
const workerCommands: Readonly<Record<string, string>> = {
  sidekiq: 'bundle exec sidekiq',
  resque: 'bundle exec rake resque:work QUEUE=*',
  good_job: 'bundle exec good_job start',
  delayed_job: 'bundle exec rake jobs:work',
  delayed_job_active_record: 'bundle exec rake jobs:work',
  solid_queue: 'bin/jobs',
}

function processesOf(gems: ReadonlyMap<string, Gem>, folder: Folder): Said<readonly ProcessSpec[]> | undefined {
  const queues = Object.keys(workerCommands).filter((name) => gems.has(name) && (name !== 'solid_queue' || folder.folders.has('bin')))
  const commands = [...new Set(queues.map((name) => workerCommands[name] ?? ''))]
  const [evidence] = queues.flatMap((name) => gems.get(name)?.evidence ?? [])
  const processes = commands.map((command) => ({ name: 'worker', command }))
  return said(processes, evidence)
}

function startOf({ project, folder, port, framework }: Program): string | undefined {
  const [entry] = project.entries
  const bind = `0.0.0.0:${port ?? 8080}`
  const run = folder.files.has('Gemfile') ? 'bundle exec ' : ''
  if (project.facts?.isRails === true) return `bundle exec rails server -b 0.0.0.0 -p ${port ?? 3000}`
  if (folder.files.has('config.ru')) return rackCommand(project, bind)
  if (entry?.endsWith('Rakefile')) return `${run}rake`
  if (framework?.name === 'sidekiq' && entry === undefined) return 'bundle exec sidekiq'
  return entry === undefined ? undefined : `${run}ruby ${entry.slice(entry.lastIndexOf('/') + 1)}`
}

/** The application server among the gems runs the rack configuration; without one, rack starts the one that it finds. */
function rackCommand({ dependencies }: Project, bind: string): string {
  const port = bind.slice(bind.indexOf(':') + 1)
  if (dependencies.has('puma')) return `bundle exec puma -b tcp://${bind}`
  if (dependencies.has('unicorn')) return `bundle exec unicorn -l ${bind}`
  if (dependencies.has('passenger')) return `bundle exec passenger start -a 0.0.0.0 -p ${port}`
  if (dependencies.has('falcon')) return `bundle exec falcon serve -b http://${bind}`
  if (dependencies.has('thin')) return `bundle exec thin start -R config.ru -a 0.0.0.0 -p ${port}`
  return `bundle exec rackup config.ru -o 0.0.0.0 -p ${port}`
}

/** What is made before it runs, beside what Bundler does: styles and scripts. A page's secrets are not needed for that. */
function buildOf({ project, folder, repository }: Program): string | undefined {
  const builds =
    folder.files.has('package.json') &&
    stringAt(repository.read.json(joinPath(folder.path, 'package.json'))?.data, 'scripts', 'build') !== undefined
  const hasAssets = assetGems.some((name) => project.dependencies.has(name))
  if (project.facts?.isRails === true && hasAssets) return 'SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=1 bundle exec rails assets:precompile'
  return builds ? 'npm run build' : undefined
}

const assetGems = ['sprockets-rails', 'sprockets', 'sass-rails', 'propshaft', 'webpacker', 'shakapacker', 'cssbundling-rails', 'jsbundling-rails', 'vite_rails', 'tailwindcss-rails'] // biome-ignore format: a list

function templateFacts({ gems, gemfile }: Shape, folder: Folder, repository: Repository): Facts {
  const { build, run } = systemPackages(new Set(gems.keys()))
  const exact = exactVersion(gemfile, folder, repository)
  return {
    ...(exact === undefined ? {} : { exactVersion: exact }),
    ...(build.length > 0 ? { buildPackages: build } : {}),
    ...(run.length > 0 ? { runPackages: run } : {}),
    ...(gems.has('bootsnap') ? { hasBootsnap: true } : {}),
    ...(/^\s{0,20}gemspec\b|\bpath:\s{0,4}["']|:path\s{0,4}=>/m.test(gemfile?.text ?? '') ? { needsSource: true } : {}),
  }
}

/** Bundler refuses every other version than the one that the Gemfile states to the last number, itself or by a file. */
function exactVersion(gemfile: TextFile | undefined, folder: Folder, repository: Repository): string | undefined {
  const [, stated, file] =
    /^[ \t]{0,4}ruby[ (]{1,4}(?:["'](\d\.\d{1,2}\.\d{1,2})["']|file: {0,4}["']([\w.-]{1,40})["'])/m.exec(gemfile?.text ?? '') ?? []
  const text = file === '.ruby-version' || file === '.tool-versions' ? (readFile(file, folder, repository)?.text ?? '') : ''
  return stated ?? /(?:^|ruby[- \t])(\d\.\d{1,2}\.\d{1,2})\s{0,4}$/m.exec(text)?.[1]
}

// C and C++: what a build description makes, and what a single source file says.
import { sourceScanLimit } from '../limits.ts'
import { ancestorsOf, joinPath, relativeTo } from '../paths.ts'
import { lineAt } from '../reading/lines.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { type Build, dependenciesOf, readBuild } from './cpp-build.ts'
import { cppFrameworks, cppSource } from './cpp-source.ts'
import { systemLibraries } from './cpp-system.ts'
import type { Language, Project } from './language.ts'
import { existing, filesIn, matchesIn, placeOf } from './manifest.ts'

export const cpp: Language = {
  type: 'cpp',
  title: 'C and C++',
  marks: ['CMakeLists.txt', 'meson.build', 'Makefile', 'makefile', 'conanfile.txt', 'conanfile.py', 'vcpkg.json', 'xmake.lua', 'configure.ac', 'main.cpp', 'main.cc', 'main.cxx', 'main.c', 'server.c', 'server.cpp'],
  readProject,
  source: cppSource,
  frameworks: cppFrameworks,
  packageOf: headerPackage,
  port: 8080,
  start: ({ project }) => (project.facts?.binary === undefined ? undefined : `./build/${String(project.facts.binary)}`),
  build: ({ project, folder }) => {
    if (folder.files.has('CMakeLists.txt')) return 'cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build'
    if (folder.files.has('meson.build')) return 'meson setup build --buildtype=release && meson compile -C build'
    if (folder.files.has('xmake.lua')) return 'xmake f -m release && xmake'
    if (folder.files.has('configure.ac')) return 'autoreconf --install && ./configure && make'
    if (folder.files.has('Makefile') || folder.files.has('makefile')) return 'make'
    const main = String(project.facts?.main ?? 'main.cpp')
    return `mkdir -p build && ${main.endsWith('.c') ? 'gcc' : 'g++'} -O2 -o build/app ${main}`
  },
} // biome-ignore format: a list of names

/** `crow.h`, `drogon/drogon.h` and `boost/beast/core.hpp` as the packages that bring them. */
function headerPackage(header: string): string {
  if (header.startsWith('boost/beast')) return 'boost-beast'
  return (header.split('/', 1)[0] ?? header).replace(/\.h(?:pp|xx)?$/, '').toLowerCase()
}

const mains = ['main.cpp', 'main.cc', 'main.cxx', 'main.c', 'src/main.cpp', 'src/main.cc', 'src/main.cxx', 'src/main.c', 'server.cpp', 'server.cc', 'server.c', 'src/server.cpp', 'src/server.cc', 'src/server.c', 'app/main.cpp', 'source/main.cpp'] // biome-ignore format: a list

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const build = readBuild(folder, repository)
  const entries = entriesOf(build, folder, repository)
  if (build === undefined) return entries.length === 0 ? undefined : singleFile(entries, folder, repository)
  const manifest = placeOf(
    build.file,
    build.name ?? 'project',
    build.name === undefined ? build.tool : `${build.tool} project ${build.name}`,
  )
  const around = projectAround(folder, build, repository)
  const isOwn = (path: string) => entries[0]?.endsWith(path) === true
  const program = build.programs.find(({ sources }) => sources.some(isOwn)) ?? build.programs[0]
  const dependencies = dependenciesOf(build, folder, repository)
  return {
    manifest,
    packageManager: managerOf(folder) ?? build.tool,
    dependencies,
    // Drogon and others read their port from a file of that name.
    entries: [...entries, ...(entries.length > 0 ? existing(['config.json'], folder, repository) : [])],
    signs: [
      ...(entries.length === 0 ? [{ ...manifest, fact: 'builds no program', weight: -0.9, role: 'library' as const }] : []),
      ...(around === undefined ? [] : [{ ...around, weight: -0.6, role: 'library' as const }]),
    ],
    facts: { binary: program?.name ?? build.name ?? 'app', ...mainFacts(entries, folder), ...systemLibraries(dependencies.keys()) },
  }
}

/** A program that is built without a build file. */
function singleFile(entries: readonly string[], folder: Folder, repository: Repository): Project {
  return {
    manifest: undefined,
    dependencies: dependenciesOf(undefined, folder, repository),
    entries,
    signs: mainSigns(entries, repository),
    facts: { binary: 'app', ...mainFacts(entries, folder) },
  }
}

function mainFacts([entry]: readonly string[], folder: Folder): { readonly main?: string } {
  return entry === undefined ? {} : { main: relativeTo(folder.path, entry) }
}

/** Sources of the programs that the build names; the usual files where it names none of theirs. */
function entriesOf(build: Build | undefined, folder: Folder, repository: Repository): string[] {
  if (build === undefined) return orderMains(existing(mains, folder, repository))
  const stated = build.programs.flatMap(({ sources }) => sources)
  const usual = build.programs.length > 0 || build.tool === 'xmake' ? mains : []
  return orderMains(existing([...stated, ...usual, ...belowPrograms(build, folder, repository)], folder, repository))
}

/** A main function says more than the name of its file. */
function mainSigns(entries: readonly string[], repository: Repository): Project['signs'] {
  const [path] = entries
  const text = path === undefined ? undefined : repository.read.text(path)?.slice(0, sourceScanLimit)
  const line = /\b(?:int|auto|void)\s{1,4}main\s{0,4}\(/.exec(text ?? '')
  return path === undefined || line === null || text === undefined
    ? []
    : [{ path, line: lineAt(text, line.index), fact: 'main function', weight: 0.2 }]
}

/** The file with the main function comes first. */
function orderMains(paths: readonly string[]): string[] {
  const rank = (path: string) => (/(?:^|\/)main\.c(?:pp|c|xx)?$/.test(path) ? 0 : /(?:^|\/)server\.c(?:pp|c|xx)?$/.test(path) ? 1 : 2)
  return paths
    .filter((path) => /\.(?:c|cc|cpp|cxx|c\+\+)$/.test(path))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, 8)
}

/** Where the root only adds folders, the program may be made in the one that is called like sources. */
function belowPrograms({ file, tool, isProject }: Build, folder: Folder, repository: Repository): string[] {
  const pattern =
    tool === 'cmake'
      ? /\badd_subdirectory\s{0,4}\(\s{0,20}"?(?<below>[\w./-]{1,80})/gi
      : /\bsubdir\s{0,4}\(\s{0,4}'(?<below>[^'\n]{1,80})'/g
  if (!isProject || (tool !== 'cmake' && tool !== 'meson')) return []
  const names = matchesIn(file, pattern).map(({ groups }) => groups.below ?? '')
  const likely = names.filter((name) => /^(?:src|source|app|apps|server|bin|cmd|main)(?:\/[\w-]{1,40})?$/.test(name)).slice(0, 5)
  return likely.flatMap((name) => {
    const home = repository.folders.get(joinPath(folder.path, name))
    const inner = home === undefined ? undefined : readBuild(home, repository)
    const sources = inner?.programs.flatMap((program) => program.sources) ?? []
    // Sources may lie in folders of their own, of which one is called like the program.
    if (inner !== undefined && home !== undefined && inner.programs.length === 0 && !name.includes('/'))
      return belowPrograms({ ...inner, isProject: true }, home, repository).map((path) => `${name}/${path}`)
    return sources.length === 0 && (inner?.programs.length ?? 0) > 0
      ? filesIn(name, /^(?:main|server)\.c(?:pp|c|xx)?$/, { folder, repository }).map((path) =>
          path.slice(folder.path === '.' ? 0 : folder.path.length + 1),
        )
      : sources.map((path) => `${name}/${path}`)
  })
}

/** A CMakeLists.txt without a project of its own belongs to the project above; so does the window that Flutter draws into. */
function projectAround(folder: Folder, { isProject, tool }: Build, repository: Repository): Evidence | undefined {
  const above = (name: string) => ancestorsOf(folder.path).find((path) => repository.folders.get(path)?.files.has(name))
  const flutter = above('pubspec.yaml')
  if (flutter !== undefined) return { path: joinPath(flutter, 'pubspec.yaml'), line: 1, fact: 'is a platform of the application around it' }
  const name = tool === 'cmake' ? 'CMakeLists.txt' : tool === 'meson' ? 'meson.build' : undefined
  const home = isProject || name === undefined ? undefined : above(name)
  return name === undefined || home === undefined
    ? undefined
    : { path: joinPath(home, name), line: 1, fact: 'is built by the project around it' }
}

function managerOf(folder: Folder): string | undefined {
  if (folder.files.has('vcpkg.json')) return 'vcpkg'
  return folder.files.has('conanfile.txt') || folder.files.has('conanfile.py') ? 'conan' : undefined
}

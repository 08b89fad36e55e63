// C and C++: what a build description makes, and what a single source file says.
import { sourceScanLimit } from '../limits.ts'
import { ancestorsOf, joinPath } from '../paths.ts'
import { lineAt } from '../reading/lines.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { type Build, dependenciesOf, readBuild } from './cpp-build.ts'
import { cppFrameworks, cppSource } from './cpp-source.ts'
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
  const stated = build?.programs.flatMap(({ sources }) => sources) ?? []
  const below = build === undefined ? [] : belowPrograms(build, folder, repository)
  const entries = orderMains(
    existing(
      [...stated, ...mains.filter(() => build === undefined || build.programs.length > 0 || build.tool !== 'cmake'), ...below],
      folder,
      repository,
    ),
  )
  const configs = existing(['config.json', 'conanfile.txt'].slice(0, 1), folder, repository)
  if (build === undefined && entries.length === 0) return undefined
  const manifest =
    build === undefined
      ? undefined
      : placeOf(build.file, build.name ?? 'project', build.name === undefined ? build.tool : `${build.tool} project ${build.name}`)
  const around = build === undefined ? undefined : cmakeAround(folder, build, repository)
  return {
    manifest,
    packageManager: managerOf(folder) ?? build?.tool,
    dependencies: dependenciesOf(build, folder, repository),
    entries: [...entries, ...(entries.length > 0 ? configs : [])],
    signs: [
      ...(entries.length === 0 && manifest !== undefined
        ? [{ ...manifest, fact: 'builds no program', weight: -0.9, role: 'library' as const }]
        : []),
      ...mainSigns(entries, repository),
      ...(around === undefined ? [] : [{ ...around, weight: -0.6, role: 'library' as const }]),
    ],
    facts: {
      binary:
        build?.programs.find(({ sources }) => sources.some((path) => entries[0]?.endsWith(path)))?.name ??
        build?.programs[0]?.name ??
        build?.name ??
        'app',
      ...(entries[0] === undefined ? {} : { main: folder.path === '.' ? entries[0] : entries[0].slice(folder.path.length + 1) }),
    },
  }
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
    return sources.length === 0 && (inner?.programs.length ?? 0) > 0
      ? filesIn(name, /^(?:main|server)\.c(?:pp|c|xx)?$/, { folder, repository }).map((path) =>
          path.slice(folder.path === '.' ? 0 : folder.path.length + 1),
        )
      : sources.map((path) => `${name}/${path}`)
  })
}

/** A CMakeLists.txt without a project of its own belongs to the project above. */
function cmakeAround(folder: Folder, { isProject, tool }: Build, repository: Repository): Evidence | undefined {
  const name = tool === 'cmake' ? 'CMakeLists.txt' : tool === 'meson' ? 'meson.build' : undefined
  if (isProject || name === undefined) return undefined
  const above = ancestorsOf(folder.path).find((path) => repository.folders.get(path)?.files.has(name))
  return above === undefined ? undefined : { path: joinPath(above, name), line: 1, fact: 'is built by the project around it' }
}

function managerOf(folder: Folder): string | undefined {
  if (folder.files.has('vcpkg.json')) return 'vcpkg'
  return folder.files.has('conanfile.txt') || folder.files.has('conanfile.py') ? 'conan' : undefined
}

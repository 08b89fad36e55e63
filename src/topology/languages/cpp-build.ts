// What CMake, Meson and make build, read from their files as text.
import { joinPath } from '../paths.ts'
import { field, isData, stringAt } from '../reading/data.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { programsOfMake } from './makefile.ts'
import { matchesIn, readFile, type TextFile } from './manifest.ts'

/** What the build makes. */
export interface Build {
  readonly file: TextFile
  readonly tool: string
  readonly name: string | undefined
  readonly programs: readonly { readonly name: string; readonly sources: readonly string[] }[]
  readonly isProject: boolean
}

export function readBuild(folder: Folder, repository: Repository): Build | undefined {
  const cmake = readFile('CMakeLists.txt', folder, repository)
  if (cmake !== undefined) return readCmake({ ...cmake, text: cmake.text.replace(/#[^\n]{0,500}/g, '') })
  const meson = readFile('meson.build', folder, repository)
  if (meson !== undefined) return readMeson(meson)
  const make = readFile('Makefile', folder, repository) ?? readFile('makefile', folder, repository)
  if (
    make !== undefined &&
    /(?:\b(?:g\+\+|gcc|clang(?:\+\+)?)|\$\((?:CC|CXX)\)|\$\{(?:CC|CXX)\})(?:\s|$)|^(?:CC|CXX)\s{0,4}[:?]?=/m.test(make.text)
  )
    return readMake(make)
  const other = ['xmake.lua', 'configure.ac'].map((name) => readFile(name, folder, repository)).find((file) => file !== undefined)
  return other === undefined
    ? undefined
    : { file: other, tool: other.path.endsWith('.lua') ? 'xmake' : 'make', name: undefined, programs: [], isProject: true }
}

/** Names of tests, examples and measurements, which nobody deploys. */
const asideNames = /test|example|sample|bench|demo|fuzz|tutorial/i

function readCmake(file: TextFile): Build {
  const name = /\bproject\s{0,4}\(\s{0,20}"?([\w.+-]{1,80})/i.exec(file.text)?.[1]
  const programs = matchesIn(
    file,
    /\b(?:add_executable|qt_add_executable|add_server)\s{0,4}\(\s{0,20}(?<name>[\w.${}+-]{1,80})(?<rest>[^)]{0,2000})/gi,
  )
    .map(({ groups }) => ({
      name: cmakeName(groups.name ?? '', name ?? 'app', file.text),
      sources: sourcesIn(groups.rest ?? ''),
    }))
    .filter((program) => !asideNames.test(program.name))
  return { file, tool: 'cmake', name, programs, isProject: name !== undefined }
}

/** A target may be named by the project, or by a variable that is set to a name. */
function cmakeName(written: string, project: string, text: string): string {
  const plain = (word: string) => word.replace(/\$\{(?:CMAKE_)?PROJECT_NAME\}/, project)
  const variable = /^\$\{(\w{1,60})\}$/.exec(plain(written))?.[1]
  if (variable === undefined) return plain(written)
  const value = new RegExp(`\\bset\\s{0,4}\\(\\s{0,4}${variable}\\s{1,8}"?([\\w.\${}+-]{1,80})`, 'i').exec(text)?.[1]
  const found = value === undefined ? project : plain(value)
  return found.includes('$') ? project : found
}

function readMeson(file: TextFile): Build {
  const name = /\bproject\s{0,4}\(\s{0,20}'([^'\n]{1,80})'/.exec(file.text)?.[1]
  const programs = matchesIn(
    file,
    /\bexecutable\s{0,4}\(\s{0,20}(?:'(?<name>[^'\n]{1,80})'|\w{1,60}(?:\.\w{1,20}\(\))?)(?<rest>[^)]{0,2000})/g,
  )
    .map(({ groups }) => ({ name: groups.name ?? name ?? 'app', sources: sourcesIn(groups.rest ?? '') }))
    .filter((program) => !asideNames.test(program.name))
  return { file, tool: 'meson', name, programs, isProject: name !== undefined }
}

function readMake(file: TextFile): Build {
  // What is linked as shared is loaded by somebody else's program.
  const text = file.text.replace(/^[^\n]{0,300}(?:-shared\b|-o\s{1,4}[\w./-]{1,80}\.(?:so|a|dll|dylib)\b)[^\n]{0,2000}$/gm, '')
  const name =
    /^(?:TARGET|BIN|PROGRAM|NAME|EXEC|EXE|OUT|APP)\s{0,4}[:?]?=\s{0,4}([\w./-]{1,80})\s{0,8}$/m.exec(text)?.[1] ??
    /\s-o\s{1,4}([\w./-]{1,80})/.exec(text)?.[1]
  const all = programsOfMake(text).filter((program) => !asideNames.test(program.name))
  const servers = all.filter((program) => !/client/i.test(program.name))
  const linked = servers.length > 0 ? servers : all
  if (linked.length > 0) return { file, tool: 'make', name: linked[0]?.name, programs: linked, isProject: true }
  const binary = name?.slice(name.lastIndexOf('/') + 1)
  return {
    file,
    tool: 'make',
    name: binary,
    programs:
      binary === undefined && !/^\t[^\n]{0,40}(?:g\+\+|gcc|clang|\$[({]C(?:C|XX)[)}])\s/m.test(text)
        ? []
        : [{ name: binary ?? 'a.out', sources: sourcesIn(text.slice(0, 8000)) }],
    isProject: true,
  }
}

function sourcesIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w./-])([\w./-]{1,120}\.(?:cpp|cc|cxx|c\+\+|c))(?![\w.])/g)]
    .slice(0, 40)
    .map(([, path]) => (path ?? '').replace(/^\.\//, ''))
}

export function dependenciesOf(build: Build | undefined, folder: Folder, repository: Repository): ReadonlyMap<string, Evidence> {
  const found = new Map<string, Evidence>()
  const note = (file: TextFile, pattern: RegExp) => {
    for (const { groups, line } of matchesIn(file, pattern)) {
      const name = (groups.name ?? '').toLowerCase()
      if (name !== '' && !found.has(name)) found.set(name, { path: file.path, line, fact: `${name} in dependencies` })
    }
  }
  if (build !== undefined) {
    note(build.file, /\bfind_package\s{0,4}\(\s{0,4}(?<name>[\w+-]{1,60})/gi)
    note(build.file, /\bFetchContent_Declare\s{0,4}\(\s{0,20}(?<name>[\w+-]{1,60})/gi)
    note(build.file, /\bCPMAddPackage\s{0,4}\(\s{0,8}"?(?:gh:[\w-]{1,40}\/|NAME\s{1,4})(?<name>[\w+-]{1,60})/g)
    note(build.file, /\bdependency\s{0,4}\(\s{0,4}'(?<name>[\w+.-]{1,60})'/g)
    note(build.file, /(?:\s|=)-l(?<name>[\w+-]{1,40})/g)
    note(build.file, /\badd_requires\s{0,4}\(\s{0,4}"(?<name>[\w+.-]{1,60})/g)
  }
  const conan = readFile('conanfile.txt', folder, repository) ?? readFile('conanfile.py', folder, repository)
  if (conan !== undefined) note(conan, /(?:^|["'])[ \t]{0,8}(?<name>[a-z][\w+.-]{1,60})\/\[?[\d<>=~^]/gm)
  const vcpkg = folder.files.has('vcpkg.json') ? repository.read.json(joinPath(folder.path, 'vcpkg.json')) : undefined
  const listed = field(vcpkg?.data, 'dependencies')
  for (const item of Array.isArray(listed) ? listed.slice(0, 200) : []) {
    const name = (typeof item === 'string' ? item : isData(item) ? stringAt(item, 'name') : undefined)?.toLowerCase()
    if (name !== undefined && vcpkg !== undefined) found.set(name, { path: vcpkg.path, fact: `${name} in dependencies` })
  }
  return found
}

// Files that say to one builder of images how the folder they lie in is built and started: Nixpacks, Railpack, Cloud Native Buildpacks.
import { portInCommand } from '../procfile.ts'
import { dataAt, defined, field, stringAt, stringsIn } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import { dataOf, evidenceAt, evidenceOf, keyLines, placesIn, variablesIn } from './reading.ts'
import type { DeclaredFile, Statement } from './statement.ts'

export function readNixpacks({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  if (data === undefined) return []
  const start = stringAt(data, 'start', 'cmd') ?? stringAt(data, 'deploy', 'startCommand')
  const build = stringsIn(field(dataAt(data, 'phases', 'build'), 'cmds')).join(' && ')
  const evidence = evidenceOf(path, { words: 'cmd', fact: 'says how it is built and started' }, repository)
  const environment = variablesIn(field(data, 'variables') ?? field(dataAt(data, 'deploy'), 'variables'))
  const source = path.endsWith('railpack.json') ? 'railpack' : 'nixpacks'
  return [
    {
      source,
      folder,
      evidence,
      weight: start === undefined ? 0.2 : 0.5,
      environment,
      because: placesIn(
        { path, data, line: keyLines(path, repository) },
        {
          start: [
            ['start', 'cmd'],
            ['deploy', 'startCommand'],
          ],
          port: [
            ['start', 'cmd'],
            ['deploy', 'startCommand'],
          ],
          buildCommand: [['phases', 'build', 'cmds']],
        },
      ),
      ...defined({ start, buildCommand: build === '' ? undefined : build, port: portInCommand(start) }),
    },
  ]
}

/** Cloud Native Buildpacks; its variables are for the build alone. */
export function readProjectToml({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const data = dataOf(path, repository)
  const isProject = ['_', 'io', 'build', 'project'].some((key) => field(data, key) !== undefined)
  return isProject ? [{ source: 'buildpacks', folder, evidence: evidenceAt(path, 1, 'is built by buildpacks'), weight: 0.25 }] : []
}

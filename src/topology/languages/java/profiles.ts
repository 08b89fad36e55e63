// Which profiles of a program of the JVM something turns on: what a profile's file says counts for nobody else.
import { ancestorsOf, joinPath } from '../../paths.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Setting } from './flat.ts'

/** Answers for one profile; the settings are those read so far. */
export type ProfileCheck = (profile: string, settings: ReadonlyMap<string, Setting>) => boolean

export function profilesFor(folder: Folder, repository: Repository): ProfileCheck {
  let started: ReadonlySet<string> | undefined
  return (profile, settings) => {
    // Quarkus runs what it has built with the profile `prod`, unasked.
    if (profile === 'prod' && [...settings.keys()].some((key) => key.startsWith('quarkus.'))) return true
    started ??= startedProfiles(folder, repository)
    return started.has(profile) || stated(settings).has(profile)
  }
}

const statingKeys = ['spring.profiles.active', 'spring.profiles.active.0', 'spring.profiles.default', 'spring.profiles.include', 'spring.profiles.include.0'] // biome-ignore format: a list

function stated(settings: ReadonlyMap<string, Setting>): ReadonlySet<string> {
  return new Set(statingKeys.flatMap((key) => namesIn(settings.get(key)?.value ?? '')))
}

/** `${PROFILE:prod},cloud` are two. */
function namesIn(value: string): string[] {
  return value.slice(0, 300).split(/[\s,:{}"'[\]]{1,10}-?/)
}

/** Files that start the program: in its folder, and around it those of all services. */
const startingFile =
  /^(?:(?:Dockerfile|Containerfile)(?:[._-][\w.-]{1,60})?|[\w.-]{1,60}\.(?:Dockerfile|Containerfile)|(?:docker-)?compose[\w.-]{0,60}\.ya?ml|Procfile|fly\.toml|render\.yaml|railway\.(?:toml|json)|app\.(?:ya?ml|json)|manifest\.ya?ml|heroku\.yml|system\.properties|nixpacks\.toml|railpack\.json|\.env(?:\.prod(?:uction)?)?|(?:start|run|entrypoint|docker-entrypoint)\.sh)$/

const startingFilesLimit = 20

function startedProfiles({ path }: Folder, { folders, read }: Repository): ReadonlySet<string> {
  const paths = [path, ...ancestorsOf(path)].flatMap((place) =>
    [...(folders.get(place)?.files ?? [])]
      .filter((name) => startingFile.test(name))
      .sort()
      .map((name) => joinPath(place, name)),
  )
  const texts = [...new Set(paths)].slice(0, startingFilesLimit).map((file) => (read.text(file) ?? '').slice(0, 65_536))
  return new Set(texts.flatMap((text) => [...text.matchAll(turnsOn)].flatMap(({ groups }) => namesIn(groups?.names ?? ''))))
}

const turnsOn =
  /(?:\b|-D)(?:SPRING_PROFILES_(?:ACTIVE|DEFAULT|INCLUDE)|MICRONAUT_ENVIRONMENTS|spring[.-]profiles[.-](?:active|include)|micronaut\.environments)\b["']?(?:\s{0,4}[:=,>]\s{0,4}|\s{1,4}|\s{0,4},\s{0,4}["']?value["']?\s{0,4}:\s{0,4}|\s{0,8}\n\s{0,20}value\s{0,4}:\s{0,4})["']?(?<names>[\w${}:,-]{1,200})/g

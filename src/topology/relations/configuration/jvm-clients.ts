// Clients that are declared in the source of services on the JVM: Feign's and MicroProfile's interfaces, and routes of Spring Cloud Gateway.
import type { StatedAddress } from '../../claim.ts'
import { isWithin, joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { Repository } from '../../repository.ts'
import { type ConfigurationReader, configurationLimit, factsLimit } from './configuration.ts'

export const readJvmClients: ConfigurationReader = ({ path, files }, repository) => {
  const manifests = ['pom.xml', 'build.gradle', 'build.gradle.kts'].filter((name) => files.has(name))
  const hasClients = manifests.some((name) =>
    /openfeign|spring-cloud|rest-client/.test((repository.read.text(joinPath(path, name)) ?? '').slice(0, configurationLimit)),
  )
  return hasClients
    ? {
        addresses: sourcesOf(path, repository)
          .flatMap((file) => clientsIn(file, repository))
          .slice(0, factsLimit),
      }
    : {}
}

/** Source files of one service that are looked at: by their names, since each is fetched. */
const filesLimit = 16
const fileName = /(?:Client|Feign|Proxy|Gateway|Routes?|Routing|Application|Config|Configuration)\.(?:java|kt)$/

function sourcesOf(path: string, repository: Repository): string[] {
  const roots = ['src/main/java', 'src/main/kotlin'].map((root) => joinPath(path, root)).filter((root) => repository.folders.has(root))
  const folders =
    roots.length === 0 ? [] : [...repository.folders.values()].filter((folder) => roots.some((root) => isWithin(folder.path, root)))
  const found = folders.flatMap((folder) =>
    [...folder.files].filter((name) => fileName.test(name)).map((name) => joinPath(folder.path, name)),
  )
  return found.sort().slice(0, filesLimit)
}

const patterns: readonly (readonly [RegExp, string])[] = [
  [
    /@(?:Reactive)?FeignClient\s{0,4}\(\s{0,8}(?:[^()"]{0,100}\b(?:name|value|serviceId)\s{0,4}=\s{0,4})?"([\w.-]{1,100})"/g,
    'Feign client of',
  ],
  [
    /@(?:Reactive)?FeignClient\s{0,4}\([^()]{0,300}\burl\s{0,4}=\s{0,4}"(?:\$\{[\w.-]{1,100}:)?https?:\/\/([\w.-]{1,100})/g,
    'Feign client of',
  ],
  [/@RegisterRestClient\s{0,4}\([^()]{0,300}\bbaseUri\s{0,4}=\s{0,4}"https?:\/\/([\w.-]{1,100})/g, 'REST client of'],
  [/"lb:\/\/([\w.-]{1,100})/g, 'a route to'],
]

/** The names are resolved by a registry or by load balancing, so that no variable carries the address. */
function clientsIn(path: string, repository: Repository): StatedAddress[] {
  const text = (repository.read.text(path) ?? '').slice(0, configurationLimit)
  return patterns.flatMap(([pattern, words]) =>
    [...text.matchAll(pattern)].slice(0, factsLimit).map((match): StatedAddress => {
      const [, host = ''] = match
      return {
        variable: 'client.host',
        value: host,
        from: 'source',
        evidence: { path, line: lineAt(text, match.index), fact: `${words} ${host}` },
      }
    }),
  )
}

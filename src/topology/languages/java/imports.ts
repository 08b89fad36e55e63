// Frameworks that a build file does not name, because a parent or a platform elsewhere brings them: the source imports them.
import { sourceScanLimit } from '../../limits.ts'
import type { Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { allMatches, evidenceAt } from '../script.ts'

/** The first parts of packages, and the artifact or group that they come from. */
const roots: readonly (readonly [string, string])[] = [
  ['org.springframework.boot', 'org.springframework.boot'], ['io.quarkus', 'io.quarkus'], ['io.micronaut', 'io.micronaut'], ['io.helidon', 'helidon-webserver'],
  ['io.dropwizard', 'io.dropwizard'], ['io.ktor.server', 'ktor-server-core'], ['io.javalin', 'javalin'], ['spark.Spark', 'com.sparkjava'], ['spark.', 'com.sparkjava'],
  ['io.vertx', 'io.vertx'], ['akka.http', 'akka-http'], ['org.apache.pekko.http', 'pekko-http'], ['org.http4s', 'http4s-ember-server'], ['zio.http', 'zio-http'],
  ['io.grpc', 'grpc-netty'], ['io.undertow', 'undertow-core'], ['org.eclipse.jetty.server', 'jetty-server'], ['play.api.mvc', 'play'],
] // biome-ignore format: a table

/** What the entry files import, under the names of the table of frameworks. */
export function importedFrameworks(entries: readonly string[], repository: Repository): Map<string, Evidence> {
  const found = new Map<string, Evidence>()
  for (const path of entries) {
    const text = repository.read.text(path)?.slice(0, sourceScanLimit) ?? ''
    for (const {
      groups: [name = ''],
      offset,
    } of allMatches(text, /^[ \t]{0,4}import\s{1,4}(?:static\s{1,4})?([a-z][\w.]{1,150})/gm)) {
      const artifact = roots.find(([root]) => name === root || name.startsWith(root.endsWith('.') ? root : `${root}.`))?.[1]
      if (artifact !== undefined && !found.has(artifact)) found.set(artifact, evidenceAt({ path, text }, offset, `imports ${name}`))
    }
  }
  return found
}

/** Whether one of the main methods starts Spring; a main method that does not is a tool beside it. */
export function startsSpring(entries: readonly string[], repository: Repository): boolean {
  return entries.some((path) => {
    const text = repository.read.text(path)
    return (
      text === undefined ||
      /\bSpring(?:Boot)?(?:Application|ServletInitializer)|\brunApplication\b|@EnableAutoConfiguration|\bGrailsApp\b|\bSpringApplicationBuilder\b/.test(
        text,
      )
    )
  })
}

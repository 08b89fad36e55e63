// The Dockerfiles for the JVM, whole. `vitest run test/templates/golden-java.test.ts --update` writes them again.
import { expect, test } from 'vitest'
import { render } from './support/images.ts'
import { filesOf, serviceSpec } from './support/services.ts'

const java = { type: 'java', path: '.', version: '21', port: 8080 } as const
const web = { run: 'java -jar target/shop-1.0.jar', buildCommand: 'mvn -B -DskipTests package' }

const cases = [
  {
    service: serviceSpec({
      ...java,
      name: 'maven-spring-boot',
      framework: 'spring-boot',
      start: web.run,
      buildCommand: './mvnw -B -DskipTests package',
      facts: { run: web.run, buildCommand: './mvnw -B -DskipTests package', packing: 'boot' },
    }),
    files: ['pom.xml', 'mvnw', '.mvn/wrapper/maven-wrapper.properties', 'src/main/java/Main.java'],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'gradle-module',
      path: 'services/api',
      framework: 'ktor',
      start: 'build/install/api/bin/api',
      buildCommand: './gradlew --no-daemon :services:api:installDist -x test',
      reads: ['settings.gradle.kts', 'build.gradle.kts', 'gradlew', 'gradle/wrapper/gradle-wrapper.properties', 'libs/text'],
      facts: {
        run: 'build/install/api/bin/api',
        buildCommand: './gradlew --no-daemon :services:api:installDist -x test',
        packing: 'stage',
        buildFolder: '../..',
      },
    }),
    files: [
      'settings.gradle.kts',
      'build.gradle.kts',
      'gradlew',
      'gradle/wrapper/gradle-wrapper.properties',
      'gradle/wrapper/gradle-wrapper.jar',
      'libs/text/build.gradle.kts',
      'libs/text/src/main/kotlin/Text.kt',
      'services/api/build.gradle.kts',
      'services/api/src/main/kotlin/Main.kt',
    ],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'maven-quarkus',
      framework: 'quarkus',
      start: 'java -jar target/quarkus-app/quarkus-run.jar',
      buildCommand: web.buildCommand,
      facts: { run: 'java -jar target/quarkus-app/quarkus-run.jar', buildCommand: web.buildCommand, packing: 'quarkus' },
    }),
    files: ['pom.xml', 'src/main/java/Main.java'],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'maven-web-archive',
      version: '11',
      buildCommand: web.buildCommand,
      facts: { buildCommand: web.buildCommand, packing: 'web', servlet: 'javax', packaging: 'war' },
    }),
    files: ['pom.xml', 'src/main/webapp/index.jsp'],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'gradle-libraries-beside',
      start: 'java -jar build/libs/*.jar',
      buildCommand: 'gradle --no-daemon assemble -x test',
      facts: {
        run: 'java -jar build/libs/*.jar',
        buildCommand: 'gradle --no-daemon assemble -x test',
        packing: 'classpath',
        mainClass: 'shop.Main',
      },
    }),
    files: ['build.gradle', 'src/main/java/shop/Main.java'],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'sbt-play',
      framework: 'play',
      port: 9000,
      start: 'target/universal/stage/bin/shop',
      buildCommand: 'sbt stage',
      facts: { run: 'target/universal/stage/bin/shop', buildCommand: 'sbt stage', packing: 'stage' },
    }),
    files: ['build.sbt', 'project/build.properties', 'project/plugins.sbt', 'app/controllers/Home.scala'],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'sbt-without-packager',
      start: 'sbt run',
      buildCommand: 'sbt compile',
      facts: { run: 'sbt run', buildCommand: 'sbt compile', packing: 'stage' },
    }),
    files: ['build.sbt', 'src/main/scala/Main.scala'],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'leiningen',
      start: 'java -jar target/*-standalone.jar',
      buildCommand: 'lein uberjar',
      facts: { run: 'java -jar target/*-standalone.jar', buildCommand: 'lein uberjar', packing: 'jar' },
    }),
    files: ['project.clj', 'src/shop/core.clj'],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'clojure-deps',
      start: 'clojure -M -m shop.core',
      buildCommand: 'clojure -P',
      facts: { run: 'clojure -M -m shop.core', buildCommand: 'clojure -P', packing: 'clojure', mainClass: 'shop.core' },
    }),
    files: ['deps.edn', 'src/shop/core.clj'],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'java-source',
      start: 'java Main.java',
      facts: { run: 'java Main.java', packing: 'source', mainClass: 'Main' },
    }),
    files: ['Main.java', 'page.html'],
  },
  {
    service: serviceSpec({
      ...java,
      name: 'maven-procfile',
      start: 'java -Dserver.port=$PORT -jar target/shop-1.0.jar',
      buildCommand: web.buildCommand,
      facts: { ...web, packing: 'boot' },
    }),
    files: ['pom.xml', 'Procfile', 'src/main/java/Main.java'],
  },
]

test.each(cases)('$service.name', async ({ service, files }) => {
  const tree = filesOf(Object.fromEntries(files.map((path) => [path, ''])))
  const rendered = render(service, tree)
  expect(rendered.files).toEqual(files.sort())
  await expect(rendered.dockerfile).toMatchFileSnapshot(`golden/${service.name}.Dockerfile`)
})

test('what only another program could start is refused', () => {
  const service = serviceSpec({
    ...java,
    name: 'script',
    start: 'jbang serve.java',
    facts: { run: 'jbang serve.java' },
  })
  expect(() => render(service, filesOf({ 'serve.java': '' }))).toThrow('script (.): it has no start command')
})

import { describe, expect, test } from 'vitest'
import { analyzeFiles, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const main =
  'package x;\npublic class Application {\n  public static void main(String[] args) { SpringApplication.run(Application.class, args); }\n}\n'
const plainMain = 'public class Main {\n  public static void main(String[] args) { System.out.println(1); }\n}\n'
const library = 'package x;\npublic class Names {}\n'

/** What configuration files write for a variable with a default, or without one. */
function variable(name: string, fallback?: string): string {
  return `\${${name}${fallback === undefined ? '' : `:${fallback}`}}`
}

/** A pom with dependencies as `group:artifact[:scope]`, plugins by artifact, and anything else as it stands. */
function pom({
  name = 'app',
  dependencies = [],
  plugins = [],
  more = '',
}: {
  name?: string
  dependencies?: string[]
  plugins?: string[]
  more?: string
} = {}): string {
  const dependency = (text: string) => {
    const [group, artifact, scope] = text.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>${scope === undefined ? '' : `<scope>${scope}</scope>`}</dependency>`
  }
  return `<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <artifactId>${name}</artifactId>
  <version>1.0</version>
  ${more}
  <dependencies>${dependencies.map(dependency).join('')}</dependencies>
  <build><plugins>${plugins.map((plugin) => `<plugin><artifactId>${plugin}</artifactId></plugin>`).join('')}</plugins></build>
</project>
`
}

const web = 'org.springframework.boot:spring-boot-starter-web'
const springPom = pom({
  dependencies: [web, 'org.springframework.boot:spring-boot-starter-actuator', 'org.postgresql:postgresql'],
  plugins: ['spring-boot-maven-plugin'],
  more: '<properties><java.version>21</java.version></properties>',
})

describe('a Maven project', () => {
  const files = {
    'pom.xml': springPom,
    mvnw: '',
    'src/main/java/com/example/demo/DemoApplication.java': main,
    'src/main/resources/application.yml': `server:\n  port: ${variable('PORT', '9012')}\nspring:\n  datasource:\n    url: ${variable('DB_URL')}\n    username: ${variable('DB_USER', 'app')}\n---\nspring:\n  config:\n    activate:\n      on-profile: dev\nserver:\n  port: 1\n`,
  }

  test('with Spring Boot is a service with its port, health, version and variables', () => {
    const service = serviceNamed(files, 'app')
    expect(service).toMatchObject({
      path: '.',
      type: 'java',
      framework: 'spring-boot',
      version: '21',
      packageManager: 'maven',
      start: 'java -jar target/app-1.0.jar',
      buildCommand: './mvnw -B -DskipTests package',
      port: 9012,
      health: { kind: 'http', path: '/actuator/health' },
      environment: [
        { name: 'DB_URL', required: true },
        { name: 'DB_USER', required: false, value: 'app' },
      ],
      facts: { entry: 'src/main/java/com/example/demo/DemoApplication.java', packaging: 'jar' },
    })
    expect(service.confidence).toBeGreaterThanOrEqual(0.9)
    expect(service.evidence).toContainEqual({
      path: 'src/main/resources/application.yml',
      line: 2,
      fact: 'states server.port',
      weight: 0.1,
    })
  })

  test.each([
    [
      'quarkus',
      ['io.quarkus:quarkus-rest', 'io.quarkus:quarkus-smallrye-health'],
      { 'src/main/resources/application.properties': '%prod.quarkus.http.port=9898\nquarkus.http.port=1\n' },
      ':9898',
    ],
    [
      'micronaut',
      ['io.micronaut:micronaut-http-server-netty'],
      { 'src/main/resources/application.yml': 'micronaut: {server: {port: 4444}}\n' },
      ':4444',
    ],
    ['vertx', ['io.vertx:vertx-web'], { 'src/main/conf/prod.json': '{"http.port": 2321}' }, ':2321'],
    [
      'dropwizard',
      ['io.dropwizard:dropwizard-core'],
      { 'config.yml': 'server:\n  applicationConnectors:\n    - type: http\n      port: 9100\n' },
      ':9100',
    ],
    ['sparkjava', ['com.sparkjava:spark-core'], {}, ':4567'],
    ['javalin', ['io.javalin:javalin'], {}, ':8080'],
    ['spring-boot', ['org.springframework.cloud:spring-cloud-config-server'], {}, ':8888'],
    ['spring-boot', ['org.springframework.cloud:spring-cloud-starter-netflix-eureka-server'], {}, ':8761'],
    ['grpc', ['io.grpc:grpc-netty-shaded'], {}, ':50051'],
    [
      'open-liberty',
      ['x:y'],
      {
        'pom.xml': pom({ plugins: ['liberty-maven-plugin'], more: '<packaging>war</packaging>' }),
        'src/main/liberty/config/server.xml': `<server><variable name="port" defaultValue="9085"/><httpEndpoint httpPort="${variable('port')}"/></server>`,
      },
      ':9085',
    ],
    ['wildfly', ['x:y'], { 'pom.xml': pom({ plugins: ['wildfly-maven-plugin'], more: '<packaging>war</packaging>' }) }, ':8080'],
  ] as const)('on %s listens where its configuration says', (framework, dependencies, more, port) => {
    const [line = ''] = servicesIn({
      'pom.xml': pom({ dependencies: [...dependencies] }),
      'src/main/java/x/Application.java': main,
      ...more,
    })
    expect(line).toContain(`java/${framework} ${port}`)
  })

  test('packaged as war is a service for a servlet container', () => {
    expect(servicesIn({ 'pom.xml': pom({ more: '<packaging>war</packaging>' }), 'src/main/webapp/WEB-INF/web.xml': '<web-app/>' })).toEqual(
      ['app . java/tomcat :8080 template(java in .) tcp [catalina.sh run]'],
    )
  })

  test('takes properties, plugins and modules from the repository around it', () => {
    const files = {
      'pom.xml': pom({
        name: 'parent',
        more: '<packaging>pom</packaging><modules><module>api</module><module>core</module></modules><properties><java.version>17</java.version></properties>',
        plugins: ['spring-boot-maven-plugin'],
      }),
      'api/pom.xml': pom({ name: 'api', dependencies: ['x:core'], more: '<parent><artifactId>parent</artifactId></parent>' }),
      'api/src/main/java/x/Application.java': main,
      'core/pom.xml': pom({ name: 'core', dependencies: [web], more: '<parent><artifactId>parent</artifactId></parent>' }),
      'core/src/main/java/x/Names.java': library,
    }
    const service = serviceNamed(files, 'api')
    expect([service.framework, service.version, service.buildCommand, service.reads]).toEqual([
      'spring-boot',
      '17',
      'mvn -B -DskipTests -pl api -am package',
      ['core', 'pom.xml'],
    ])
    expect(rolesIn(files)).toEqual({ '.': 'workspace_root', core: 'library' })
  })
})

describe('the version of a framework', () => {
  test.each([
    [
      'a parent',
      {
        'pom.xml': pom({
          dependencies: [web],
          more: '<parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.3.2</version><relativePath/></parent>',
        }),
      },
    ],
    [
      'a plugin',
      {
        'build.gradle':
          "plugins { id 'org.springframework.boot' version '3.3.2' }\ndependencies { implementation 'org.springframework.boot:spring-boot-starter-web' }\n",
      },
    ],
  ])('is what %s says', (_, files) => {
    expect(serviceNamed({ ...files, 'src/main/java/x/Application.java': main }, 'app').facts.frameworkVersion).toBe('3.3.2')
  })
})

describe('a Gradle project', () => {
  test('names its plugins in any of the ways there are', () => {
    for (const script of [
      "plugins { id 'org.springframework.boot' version '3.1.3' }",
      "apply plugin: 'org.springframework.boot'",
      'plugins { alias(libs.plugins.spring.boot) }',
      'plugins { id("my.conventions") }',
    ]) {
      const files = {
        'build.gradle.kts': script,
        'settings.gradle.kts': 'rootProject.name = "shop"',
        'gradle/libs.versions.toml': '[plugins]\nspring-boot = { id = "org.springframework.boot", version = "3" }\n',
        'buildSrc/src/main/kotlin/my.conventions.gradle.kts': 'plugins { id("org.springframework.boot") }',
        'src/main/kotlin/x/ShopApplication.kt':
          '@SpringBootApplication\nclass ShopApplication\nfun main() { runApplication<ShopApplication>() }\n',
      }
      expect([script, servicesIn(files)[0]]).toEqual([
        script,
        'shop . java/spring-boot :8080 template(java in .) tcp [java -jar build/libs/*.jar]',
      ])
    }
  })

  test('is told by what its catalog, its root and its sibling projects give it', () => {
    const files = {
      'settings.gradle': "include 'app', 'lib'",
      'build.gradle': "subprojects {\n  apply plugin: 'java'\n  dependencies { implementation libs.bundles.web }\n}\n",
      'gradle/libs.versions.toml': '[libraries]\nktor-core = { module = "io.ktor:ktor-server-core" }\n[bundles]\nweb = ["ktor-core"]\n',
      'app/build.gradle':
        "plugins { id 'application' }\napplication { mainClass = 'x.AppKt' }\ndependencies { implementation project(':lib') }\n",
      'app/src/main/kotlin/x/App.kt': 'fun main() { embeddedServer(Netty, port = 9000) {}.start() }\n',
      'lib/build.gradle': "plugins { id 'java-library' }\n",
      'lib/src/main/java/x/Names.java': library,
    }
    expect(servicesIn(files)).toEqual(['app app java/ktor :9000 template(java in .) tcp [build/install/app/bin/app]'])
    expect(rolesIn(files)).toMatchObject({ '.': 'workspace_root', lib: 'library' })
  })

  test('with a Dockerfile at the root and one program is the root', () => {
    const files = {
      'settings.gradle': "include 'web'\n",
      Dockerfile: 'FROM eclipse-temurin:21\nCOPY . .\nEXPOSE 9080\nCMD ["java","-jar","x.jar"]\n',
      'web/build.gradle': "plugins { id 'war' }\n",
      'web/src/main/java/x/Names.java': library,
    }
    expect(servicesIn(files)).toEqual(['web . java/tomcat :9080 dockerfile(Dockerfile in .) tcp [java -jar x.jar]'])
  })
})

describe('other builds of the JVM', () => {
  test.each([
    [
      'sbt',
      {
        'build.sbt': 'name := "shop"\nlibraryDependencies += "com.typesafe.akka" %% "akka-http" % "10"\nenablePlugins(JavaAppPackaging)\n',
        'src/main/scala/x/Server.scala': 'object Server extends App { Http().newServerAt("0.0.0.0", 9002) }\n',
      },
      'java/akka-http :9002',
    ],
    [
      'Play',
      {
        'build.sbt': 'lazy val root = (project in file(".")).enablePlugins(PlayScala)\n',
        'conf/application.conf': 'play {\n  server {\n    http.port = 9123\n  }\n}\n',
        'app/controllers/Home.scala': 'class Home\n',
      },
      'java/play :9123',
    ],
    [
      'Leiningen',
      {
        'project.clj':
          '(defproject shop "1" ; shop\n  :dependencies [[ring/ring-jetty-adapter "1"] [compojure "1"]]\n  :main ^:skip-aot shop.core)',
        'src/shop/core.clj': '(ns shop.core)\n(defn -main [] (jetty/run-jetty app {:port 3001}))\n',
      },
      'java/compojure :3001',
    ],
    [
      'deps.edn',
      { 'deps.edn': '{:deps {io.pedestal/pedestal.jetty {:mvn/version "0.5"}}}', 'src/shop/server.clj': '(defn -main [] 1)\n' },
      'java/pedestal :8080',
    ],
    [
      'a polyglot pom',
      {
        'pom.yml': 'artifactId: app\ndependencies:\n- groupId: io.undertow\n  artifactId: undertow-core\n',
        'src/main/java/x/Main.java': plainMain,
      },
      'java/undertow :8080',
    ],
    [
      'JBang',
      {
        'app.java':
          '///usr/bin/env jbang "$0" "$@" ; exit $?\n//DEPS io.javalin:javalin:6.1\nclass app { public static void main(String[] a) { Javalin.create().start(7070); } }\n',
      },
      'java/javalin :7070',
    ],
    [
      'a lone Main.java',
      {
        'Main.java':
          'import com.sun.net.httpserver.HttpServer;\nclass Main { public static void main(String[] a) { int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8099")); HttpServer.create(); } }\n',
      },
      'java :8099',
    ],
    ['an unpacked war', { 'index.jsp': 'x', 'WEB-INF/web.xml': '<web-app/>' }, 'java/tomcat :8080'],
    ['a war', { 'shop.war': 'x' }, 'java/tomcat :8080'],
    [
      'an unpacked jar',
      { 'META-INF/MANIFEST.MF': 'Main-Class: main.Main\r\n', 'main/Main.class': 'x' },
      'java no port template(java in .) [java main.Main]',
    ],
    [
      'an unpacked jar of Spring Boot',
      {
        'META-INF/MANIFEST.MF':
          'Build-Jdk-Spec: 21\nMain-Class: org.springframework.boot.loader.launch.JarLauncher\nSpring-Boot-Version: 3.3.2\n',
        'BOOT-INF/classes/a/App.class': 'x',
      },
      'java/spring-boot :8080 template(java in .) tcp [java org.springframework.boot.loader.launch.JarLauncher]',
    ],
  ])('such as %s are known', (_, files, expected) => {
    expect(servicesIn(files)[0]).toContain(expected)
  })

  test('name the version of Java in files of their own', () => {
    const versions = [
      ['system.properties', 'java.runtime.version=1.8'],
      ['.sdkmanrc', 'java=17.0.9-tem'],
      ['.tool-versions', 'java temurin-21.0.1+12'],
      ['.java-version', '11'],
    ].map(
      ([name = '', text = '']) =>
        serviceNamed({ 'pom.xml': pom({ dependencies: [web] }), 'src/main/java/x/Application.java': main, [name]: text }, 'app').version,
    )
    expect(versions).toEqual(['8', '17', '21', '11'])
  })
})

describe('a configuration server of the repository', () => {
  test('says where the others listen', () => {
    const client = (name: string) => ({
      [`${name}/pom.xml`]: pom({ name, dependencies: [web] }),
      [`${name}/src/main/java/x/Application.java`]: main,
      [`${name}/src/main/resources/bootstrap.yml`]: `spring: {application: {name: ${name}}}\n`,
    })
    const files = { ...client('accounts'), ...client('config'), 'config/src/main/resources/shared/accounts.yml': 'server: {port: 6000}\n' }
    expect(analyzeFiles(files).services.map(({ name, port }) => [name, port])).toEqual([
      ['accounts', 6000],
      ['config', 8080],
    ])
  })
})

describe('a Dockerfile that a framework wrote', () => {
  test('knows less of the port than the settings', () => {
    const files = {
      'pom.xml': pom({ dependencies: ['io.quarkus:quarkus-rest'] }),
      'src/main/java/x/Hello.java': 'class Hello {}',
      'src/main/docker/Dockerfile.jvm': 'FROM eclipse-temurin:21\nEXPOSE 8080\nCMD ["java", "-jar", "quarkus-run.jar"]\n',
      'src/main/resources/application.properties': 'quarkus.http.port=9898\n',
    }
    expect(servicesIn(files)[0]).toContain('java/quarkus :9898')
  })
})

describe('what is no service', () => {
  test('is told with its reason', () => {
    const service = { 'api/pom.xml': springPom, 'api/src/main/java/x/Application.java': main }
    expect(
      rolesIn({
        ...service,
        'bom/pom.xml': pom({ name: 'bom', more: '<packaging>pom</packaging><dependencyManagement/>' }),
        'model/pom.xml': pom({ name: 'model' }),
        'model/src/main/java/x/Names.java': library,
        'generator/pom.xml': pom({ name: 'generator', dependencies: [web] }),
        'generator/src/main/java/x/Main.java': plainMain,
        'plugin/pom.xml': pom({ name: 'plugin', more: '<packaging>maven-plugin</packaging>' }),
        'archetype/pom.xml': pom({ name: 'archetype', more: '<packaging>maven-archetype</packaging>' }),
        'api-it/pom.xml': pom({ name: 'api-it', dependencies: [web] }),
        'api-it/src/main/java/x/Application.java': main,
        'skeleton/pom.xml': pom({ name: 'skeleton' }),
      }),
    ).toEqual({
      bom: 'library',
      model: 'library',
      generator: 'tooling',
      plugin: 'tooling',
      archetype: 'example',
      'api-it': 'tests',
      skeleton: 'example',
    })
  })

  test('keeps its packages: com/example is no example', () => {
    expect(analyzeFiles({ 'pom.xml': springPom, 'src/main/java/com/example/test/App.java': main }).folders).toEqual([])
  })

  test('of sources alone begins in the file with a main method', () => {
    const files = {
      'Server.java': 'public interface Server { void start(int port); }\n',
      'ServerImpl.java': 'class ServerImpl implements Server { public void start(int port) { new ServerSocket(port); } }\n',
      'ServerMain.java':
        'public class ServerMain {\n  public static void main(String[] args) {\n    new ServerImpl().start(8123);\n  }\n}\n',
    }
    expect(serviceNamed(files, 'app')).toMatchObject({
      start: 'java ServerMain.java',
      facts: { packing: 'source', mainClass: 'ServerMain' },
    })
  })

  test('may be malformed, and is a warning', () => {
    const { services, warnings } = analyzeFiles({
      'a/pom.xml': '<project><x></project>',
      'b/pom.xml': '<!DOCTYPE p [<!ENTITY a "b">]><project><artifactId>&a;</artifactId></project>',
      'c/pom.xml': '<a>'.repeat(1000),
    })
    expect([services, warnings]).toEqual([
      [],
      [
        'a/pom.xml is not valid XML (1:22: unexpected close tag.); it is passed over.',
        'c/pom.xml is not valid XML (it holds too many elements, or nests too deep); it is passed over.',
      ],
    ])
  })

  test('may name itself as its parent', () => {
    expect(
      servicesIn({
        'pom.xml': pom({
          more: '<parent><artifactId>app</artifactId><relativePath>pom.xml</relativePath></parent>',
          dependencies: ['x:app', web],
        }),
        'src/main/java/x/Application.java': main,
      }),
    ).toHaveLength(1)
  })
})

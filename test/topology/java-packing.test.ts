// What a template is told of a build of the JVM: how its output is packed, where it is made, and by which JDK.
import { describe, expect, test } from 'vitest'
import type { MemoryFiles } from '../support/source-tree.ts'
import { analyzeFiles, servicesIn } from './summary.ts'

const main =
  'package shop;\n\npublic class Main {\n  public static void main(String[] args) {\n    SpringApplication.run(Main.class);\n    HttpServer.create(new InetSocketAddress(8080), 0).start();\n  }\n}\n'

const pom = (inner: string) => `<project><groupId>x</groupId><artifactId>shop</artifactId><version>1</version>${inner}</project>\n`
const dependency = (group: string, name: string, version = '1') =>
  `<dependencies><dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency></dependencies>`
const plugin = (name: string) => `<build><plugins><plugin><artifactId>${name}</artifactId></plugin></plugins></build>`

const wrapper = (version: string) => ({
  gradlew: '#!/bin/sh\n',
  'gradle/wrapper/gradle-wrapper.jar': '',
  'gradle/wrapper/gradle-wrapper.properties': `distributionUrl=https\\://services.gradle.org/distributions/gradle-${version}-bin.zip\n`,
})

function factsOf(files: MemoryFiles, path = '.') {
  const facts = analyzeFiles(files, { rootName: 'app' }).services.find((service) => service.path === path)?.facts ?? {}
  const { packing, mainClass, servlet, jdk, buildFolder, module } = facts
  return Object.fromEntries(
    Object.entries({ packing, mainClass, servlet, jdk, buildFolder, module }).filter(([, value]) => value !== undefined),
  )
}

describe('what a template is told of a build', () => {
  const source = { 'src/main/java/shop/Main.java': main }
  test.each<[string, MemoryFiles, object]>([
    ['an archive beside its libraries', { 'pom.xml': pom(''), ...source }, { packing: 'classpath', mainClass: 'shop.Main' }],
    ['an archive with its libraries', { 'pom.xml': pom(plugin('maven-shade-plugin')), ...source }, { packing: 'jar' }],
    ['an archive with layers', { 'pom.xml': pom(plugin('spring-boot-maven-plugin')), ...source }, { packing: 'boot' }],
    [
      'a web archive of today',
      { 'pom.xml': pom(`<packaging>war</packaging>${dependency('jakarta.servlet', 'jakarta.servlet-api', '6.0.0')}`) },
      { packing: 'web', servlet: 'jakarta' },
    ],
    [
      'a web archive of old',
      { 'pom.xml': pom(`<packaging>war</packaging>${dependency('javax.servlet', 'javax.servlet-api', '4.0.1')}`) },
      { packing: 'web', servlet: 'javax' },
    ],
    [
      'a start script, made on a JDK that its Gradle knows',
      { 'build.gradle': "plugins { id 'application' }\napplication { mainClass = 'shop.Main' }\n", ...source, ...wrapper('7.6') },
      { packing: 'stage', jdk: '17' },
    ],
    [
      'a Gradle that is too new for the JDK of the service',
      { 'build.gradle': "plugins { id 'application' }\nsourceCompatibility = '11'\n", ...source, ...wrapper('9.1.0') },
      { packing: 'stage', jdk: '17' },
    ],
    ['source alone', { 'Main.java': main }, { packing: 'source', mainClass: 'shop.Main' }],
  ])('%s', (_, files, expected) => {
    expect(factsOf(files)).toEqual(expected)
  })

  test('hostile texts of a wrapper are not a version', () => {
    const files = { 'build.gradle': "plugins { id 'application' }\n", ...source, ...wrapper(`${'9'.repeat(5000)}`) }
    expect(factsOf(files)).toEqual({ packing: 'stage' })
  })

  test('a module is built from above, and its build reads what its neighbours say of themselves', () => {
    const files = {
      'settings.gradle': "include 'services:api', 'services:other'\n",
      'build.gradle': '',
      'services/api/build.gradle': "plugins { id 'application' }\n",
      'services/api/src/main/java/shop/Main.java': main,
      'services/other/build.gradle': "plugins { id 'java-library' }\n",
    }
    expect(factsOf(files, 'services/api')).toEqual({ packing: 'stage', buildFolder: '../..' })
    const [service] = analyzeFiles(files).services
    expect(service?.reads).toEqual(['build.gradle', 'services/other/build.gradle', 'settings.gradle'])
  })
})

describe('a build of Gradle whose root has settings only', () => {
  const application = "plugins { id 'application' }\napplication { mainClass = 'shop.Main' }\n"
  const files = {
    'settings.gradle': "rootProject.name = 'shop'\ninclude('app')\n",
    'app/build.gradle': application,
    'app/src/main/java/shop/Main.java': main,
  }

  test('and that has one project is that project', () => {
    expect(servicesIn(files, { rootName: 'shop' })).toEqual(['shop . java :8080 template(java in .) tcp [build/install/app/bin/app]'])
    expect(factsOf(files)).toEqual({ packing: 'stage', buildFolder: '..', module: 'app' })
  })

  test('and that has two projects is not a service itself', () => {
    const two = { ...files, 'settings.gradle': "include('app', 'tool')\n", 'tool/build.gradle': "plugins { id 'java-library' }\n" }
    expect(servicesIn(two)).toEqual(['app app java :8080 template(java in .) tcp [build/install/app/bin/app]'])
  })
})

// The version of Java and the port that a pom states, each with the element that says so.
import { printable } from '../../paths.ts'
import { asPort } from '../../reading/data.ts'
import { lineOf } from '../../reading/lines.ts'
import { elementAt, elementsBelow, textAt } from '../../reading/xml.ts'
import { type Said, said } from '../../reasons.ts'
import type { Repository } from '../../repository.ts'
import { majorVersion } from './build.ts'
import { at, interpolate, type Pom, type PomElement, pluginsOf, propertyAt, settled } from './maven-model.ts'

const versionProperties = ['maven.compiler.release', 'java.version', 'maven.compiler.target', 'maven.compiler.source', 'jdk.version', 'javaVersion'] // biome-ignore format: a list

export function javaVersionOf(pom: Pom): Said<string> | undefined {
  const name = versionProperties.find((key) => (pom.properties.get(key) ?? '') !== '')
  const stated = name === undefined ? compilerVersion(pom) : propertyAt(pom, name)
  if (stated === undefined) return undefined
  const { element, pom: from } = settled(stated, pom)
  return said(majorVersion(interpolate(element.text, pom)), at(from, element, printable(`${element.name} ${element.text}`).slice(0, 100)))
}

/** What the compiler's plugin is told. */
function compilerVersion(pom: Pom): PomElement | undefined {
  for (const from of [pom, ...pom.parents]) {
    const plugins = elementsBelow(elementAt(from.root, 'build'), 'plugin')
    const plugin = plugins.find((one) => textAt(one, 'artifactId') === 'maven-compiler-plugin')
    if (plugin === undefined) continue
    const names = ['release', 'target', 'source'].filter((name) => textAt(plugin, 'configuration', name) !== undefined)
    const element = names[0] === undefined ? undefined : elementAt(plugin, 'configuration', names[0])
    return element && { pom: from, element }
  }
  return undefined
}

const optionNames = ['javaOpts', 'jvmArguments', 'jvmArgs', 'jvmFlags', 'java-opts', 'argument']
const portProperty = /(?:^|\.)(?:exposed?\.port|liberty\.var\.(?:default\.)?http\.port)$/

/** A port that the build writes into what it makes: a server's options, Docker plugins' and Jib's containers. */
export function statedPort(pom: Pom, { read }: Repository): Said<number> | undefined {
  for (const element of optionNames.flatMap((name) => elementsBelow(pom.root, name))) {
    const [option, port] = /-D(?:jboss\.https?|server|quarkus\.http)\.port=(\d{2,5})\b/.exec(element.text) ?? []
    const line = lineOf(read.text(pom.path) ?? '', option ?? '', element.line) ?? element.line
    if (asPort(port) !== undefined) return said(asPort(port), { path: pom.path, line, fact: option ?? element.name })
  }
  const name = [...pom.properties.keys()].find((key) => portProperty.test(key))
  const jib = pluginsOf(pom).find(({ element }) => textAt(element, 'artifactId') === 'jib-maven-plugin')
  const container = elementAt(jib?.element, 'configuration', 'container', 'ports', 'port')
  const stated = name === undefined ? container && jib && { pom: jib.pom, element: container } : propertyAt(pom, name)
  if (stated === undefined) return undefined
  const { element, pom: from } = settled(stated, pom)
  return said(asPort(interpolate(element.text, pom)), at(from, element, `states ${element.name}`))
}

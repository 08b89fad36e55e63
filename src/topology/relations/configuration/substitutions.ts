// Variables that configuration of the JVM outside Spring takes over: `$NAME` and `$NAME:default` of Ktor's YAML, `${?NAME}` of HOCON.
import type { StatedAddress } from '../../claim.ts'
import { joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import { type ConfigurationReader, configurationLimit, factsLimit } from './configuration.ts'

const places = ['src/main/resources/application', 'resources/application', 'conf/application']
const yaml = /^[ \t]{0,40}([\w.-]{1,100}):[ \t]{1,4}["']?\$\??([A-Z][A-Z0-9_]{1,63})(?::([^"'\n]{0,300}))?["']?[ \t]{0,4}$/gm
const hocon = /\b([\w.-]{1,100})[ \t]{0,4}[=:][ \t]{0,4}\$\{\??([A-Z][A-Z0-9_]{1,63})\}/g

export const readSubstitutions: ConfigurationReader = ({ path }, repository) => {
  const files = places.flatMap((place) => ['yaml', 'yml', 'conf'].map((ending) => joinPath(path, `${place}.${ending}`)))
  const present = files.filter((file) => repository.tree.entries.has(file))
  return {
    addresses: present.flatMap((file) => takenIn(file, (repository.read.text(file) ?? '').slice(0, configurationLimit))),
  }
}

function takenIn(path: string, text: string): StatedAddress[] {
  const found = [...text.matchAll(path.endsWith('.conf') ? hocon : yaml)].slice(0, factsLimit)
  return found.map((match) => {
    const [whole, key = '', variable = '', value = ''] = match
    const line = lineAt(text, match.index + whole.indexOf(key))
    return { variable, value, from: 'example', evidence: { path, line, fact: `${key} is ${variable}` } }
  })
}

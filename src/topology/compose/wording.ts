// How messages quote what a repository says: marked as a quotation, safe to print, and without the values of variables, which may be secrets.
import { printable } from '../paths.ts'

/** What a user wrote, as a part of a message. The message is tidied before anybody sees it. */
export function shown(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}

/** Why an override is not deployed, as the end of a sentence. Compose lays it over the file on whatever machine it lies. */
export const overrideWords =
  'is what Compose adds on a developer’s machine and is not deployed; what production needs of it belongs into the file itself'

/** Shorter values are no secrets, and would be found everywhere. */
const secretLength = 4

/** The message with every quotation made printable, and every value of a variable in it replaced by the variable's name. */
export function tidied(message: string, variables: readonly (readonly [name: string, value: string])[]): string {
  const secrets = variables.filter(([, value]) => value.length >= secretLength).sort(([, a], [, b]) => b.length - a.length)
  return message.replaceAll(/`([^`]*)`/g, (_, quoted: string) => {
    const redacted = secrets.reduce((text, [name, value]) => text.replaceAll(value, () => `\${${name}}`), quoted)
    return `\`${printable(redacted)}\``
  })
}

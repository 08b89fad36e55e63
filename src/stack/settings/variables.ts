// Environment variables that a person sets. A secret's value never comes this way: it is stored as a secret, and named here.
import type { Problem } from '../../errors.ts'
import { secretName } from '../../topology/recommendations/secrets.ts'
import { inside, isObject, type Place, unknownKeys } from './problem.ts'

const mostVariables = 500
export const variableBytesLimit = 32 * 1024
const validName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** What the system, the engine or kyozo itself decides. */
const reserved: readonly { readonly name: RegExp; readonly why: string }[] = [
  { name: /^PATH$/, why: 'the image decides it' },
  { name: /^LD_/, why: 'it would load code into every program of the container' },
  { name: /^(DOCKER_|COMPOSE_|BUILDKIT_)/, why: 'it belongs to the engine' },
  { name: /^KYOZO_/, why: 'it belongs to kyozo' },
]

/** A value that is `null` or `{"required": true}` says that a secret of the variable's name fills it. */
export function checkVariables(value: unknown, place: Place): Problem[] {
  if (!isObject(value))
    return [
      { source: { pointer: place.pointer }, message: `${place.field} must be an object of names and values such as {"LOG_LEVEL": "info"}` },
    ]
  const names = Object.keys(value)
  if (names.length > mostVariables)
    return [
      {
        source: { pointer: place.pointer },
        message: `${place.field} holds ${names.length} variables, and may hold at most ${mostVariables}`,
      },
    ]
  return names.flatMap((name) => checkVariable(name, value[name], inside(place, name)))
}

/** Values are not shown: some are secrets that came to the wrong place. */
function checkVariable(name: string, value: unknown, place: Place): Problem[] {
  const say = (message: string): Problem => ({ source: { pointer: place.pointer }, message })
  if (!validName.test(name))
    return [
      say(
        `${JSON.stringify(name.slice(0, 60))} is not the name of a variable: letters, digits and underscores, not beginning with a digit, at most 128`,
      ),
    ]
  const rule = reserved.find((one) => one.name.test(name))
  if (rule !== undefined) return [say(`${place.field} is reserved: ${rule.why}`)]
  if (value === null) return []
  if (isObject(value)) return checkReference(value, place, say)
  if (typeof value === 'number' || typeof value === 'boolean') return []
  if (typeof value !== 'string') return [say(`${place.field} must be text, a number, true, false, null or {"required": true}`)]
  if (value.includes('\0')) return [say(`${place.field} holds a NUL character, which no variable can`)]
  const bytes = new TextEncoder().encode(value).length
  if (bytes > variableBytesLimit) return [say(`${place.field} has a value of ${bytes} bytes, and may have at most ${variableBytesLimit}`)]
  if (secretName.test(name) && value !== '')
    return [
      say(
        `${place.field} is named like a secret and must not be given its value here: store it as a secret of that name, and say null here`,
      ),
    ]
  return []
}

function checkReference(value: Readonly<Record<string, unknown>>, place: Place, say: (message: string) => Problem): Problem[] {
  if (value.required !== true) return [say(`${place.field} must be {"required": true} where a secret fills it`)]
  return unknownKeys(value, place, ['required'])
}

// A delivery's body as data. The bytes are verified before they get here; they are still not trusted to be small, shallow or well-formed.
import { z } from 'zod'
import { KyozoError } from '../errors.ts'
import { groupPath, type NameForm, ownerAndName } from './forge.ts'

/** Real payloads nest about ten levels; more is an attempt to exhaust whoever walks the result. */
const depthLimit = 100

const byte = { quote: 0x22, backslash: 0x5c, openBracket: 0x5b, closeBracket: 0x5d, openBrace: 0x7b, closeBrace: 0x7d, nul: 0 } as const

/**
 * The JSON value in a delivery's body, which is JSON itself or a form with the JSON in its field `payload`. Throws `payload_invalid` for
 * anything else: not UTF-8, a byte order mark, a NUL, cut off, nested too deeply. A key that occurs twice has its last value.
 */
export function decodePayload(body: Uint8Array, contentType: string): unknown {
  const json = contentType.startsWith('application/x-www-form-urlencoded') ? formPayload(body) : body
  if (json.includes(byte.nul)) throw invalid('it contains a NUL byte')
  if (json[0] === 0xef && json[1] === 0xbb && json[2] === 0xbf) throw invalid('it starts with a byte order mark')
  if (isDeeperThan(json, depthLimit)) throw invalid(`it nests deeper than ${depthLimit} levels`)
  try {
    return JSON.parse(utf8(json))
  } catch (error) {
    if (error instanceof KyozoError) throw error
    throw invalid('it is not complete, valid JSON', error)
  }
}

/** Counts brackets outside strings, without parsing: one pass, no recursion, stops at the limit. */
function isDeeperThan(json: Uint8Array, limit: number): boolean {
  let depth = 0
  let isInString = false
  for (let index = 0; index < json.length; index++) {
    const current = json[index]
    if (isInString) {
      if (current === byte.backslash) index++
      else if (current === byte.quote) isInString = false
    } else if (current === byte.quote) isInString = true
    else if (current === byte.openBracket || current === byte.openBrace) {
      if (++depth > limit) return true
    } else if (current === byte.closeBracket || current === byte.closeBrace) depth--
  }
  return false
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw invalid('it is not UTF-8', error)
  }
}

/** The JSON in a form's field `payload`. Throws `payload_invalid` when there is not exactly one, and it cannot be decoded. */
export function formPayload(body: Uint8Array): Uint8Array {
  const values = utf8(body)
    .split('&')
    .filter((field) => field.startsWith('payload='))
  const [value] = values
  if (value === undefined || values.length > 1) throw invalid('the form does not have exactly one field named payload')
  try {
    return Buffer.from(decodeURIComponent(value.slice('payload='.length).replaceAll('+', ' ')))
  } catch (error) {
    throw invalid('the field payload is not percent-encoded UTF-8', error)
  }
}

function invalid(what: string, cause?: unknown): KyozoError {
  return new KyozoError('payload_invalid', `the body of this delivery cannot be read: ${what}`, { cause })
}

/** Reads `payload` by `schema`; whatever is wrong becomes one sentence that names the fields and repeats none of their values. */
export function readPayload<Schema extends z.ZodType>(schema: Schema, delivery: { event: string; payload: unknown }): z.infer<Schema> {
  const result = schema.safeParse(delivery.payload)
  if (result.success) return result.data
  const fields = result.error.issues.slice(0, 5).map((issue) => `${issue.path.map(String).join('.') || 'the whole'}: ${issue.message}`)
  throw new KyozoError('payload_invalid', `this ${delivery.event} payload cannot be read: ${fields.join('; ')}`, { cause: result.error })
}

const shaPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const zeroShaPattern = /^0+$/
const refLengthLimit = 1_000
const textLengthLimit = 200

/** Whether the host's sha says "there is nothing": forty or sixty-four zeros. */
export function isZeroSha(sha: string): boolean {
  return zeroShaPattern.test(sha)
}

/** What Git refuses in a ref name (git-check-ref-format): controls, space, `~^:?*[\`, `..`, `@{`, parts that are empty, begin with a dot or end in `.lock`. */
export function isRefName(ref: string): boolean {
  if (ref.length > refLengthLimit || ref.includes('..') || ref.includes('@{') || ref.endsWith('.') || !ref.isWellFormed()) return false
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses.
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(ref)) return false
  return ref.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}

/** A lower-case object id, the zero one included. */
export const shaField = z.string().regex(shaPattern, 'is not an object id')

/** An object id that names an object. */
export const presentShaField = shaField.refine((sha) => !isZeroSha(sha), 'is the zero object id')

/** `refs/heads/…` or another full ref. */
export const fullRefField = z.string().refine((ref) => ref.startsWith('refs/') && isRefName(ref), 'is not a full ref')

export const branchField = z.string().refine((branch) => isRefName(`refs/heads/${branch}`), 'is not a branch name')

export const fullNameField = nameOfForm(ownerAndName)

export const groupPathField = nameOfForm(groupPath)

function nameOfForm({ isName, words }: NameForm) {
  return z.string().refine(isName, `is not of the form ${words}`)
}

/** A host's numeric id as text; hosts count in whole numbers that a double still holds. */
export const idField = z.int().positive().transform(String)

/** A name somebody chose: kept to one line of well-formed text of a bounded length. */
export const nameField = z.string().transform((name) => name.slice(0, textLengthLimit).toWellFormed().replace(/\p{C}/gu, ''))

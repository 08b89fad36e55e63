// The lines in which two compose documents differ. Values of secrets are hidden: a review is published where many people read it.
import { structuredPatch } from 'diff'
import type { StackSpec } from '../stack/stack.ts'
import { secretName } from '../topology/recommendations/secrets.ts'
import type { ComposeDiff } from './review.ts'

/** Lines that stay the same around those that do not. */
const contextLines = 3
/** Documents that differ in more lines are two documents; what finding them out costs grows with the square. */
const editLimit = 2_000
/** A stack with more secrets in it than this has no diff: each is looked for in each line. */
const secretsLimit = 1_000

type Documents = Pick<StackSpec, 'document' | 'documentText'>

export function composeDiff(before: Documents | undefined, after: Documents): ComposeDiff {
  const nothing: ComposeDiff = { added: 0, removed: 0, hunks: [], isTooLarge: false }
  const [old, young] = [before?.documentText ?? '', after.documentText]
  if (old === young) return nothing
  const patch = structuredPatch('', '', old, young, undefined, undefined, { context: contextLines, maxEditLength: editLimit })
  const secrets = tellingValues([before, after])
  if (patch === undefined || secrets.length > secretsLimit) return { ...nothing, isTooLarge: true }
  const lines = patch.hunks.flatMap((hunk) => hunk.lines)
  return {
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
    hunks: patch.hunks.map((hunk) => ({
      at: { before: hunk.oldStart, after: hunk.newStart },
      lines: hunk.lines.filter((line) => !line.startsWith('\\')).map((line) => hideSecrets(line, secrets)),
    })),
    isTooLarge: false,
  }
}

const mask = '***'
/** Shorter values, and plain words such as `postgres`, would be found in what is no secret. */
const tellingValue = /^(?![a-z]{1,12}$).{6,}$/i
/** The password in an address such as `postgres://shop:pw@db/shop`. */
const passwordInAddress = /(?<=[a-z][a-z0-9+.-]{1,40}:\/\/[^\s/:@"']{0,200}:)[^\s/@"'$]{1,200}(?=@)/gi
/** A value that kyozo makes, or that a person sets: only its name is written. */
const isVariable = /^"?\$\{[^}]*\}"?$/

/** The longest first. A value of several lines is looked for line by line, as the document has it. */
function tellingValues(stacks: readonly (Documents | undefined)[]): readonly string[] {
  const values = stacks.flatMap((stack) => (stack === undefined ? [] : secretValues(stack)))
  const lines = new Set(values.flatMap((value) => value.split('\n')).map((line) => line.trim()))
  return [...lines].filter((line) => tellingValue.test(line)).sort((a, b) => b.length - a.length)
}

/** Hides what secrets state, in the line of their name and wherever else it is repeated. */
function hideSecrets(line: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((text, value) => text.replaceAll(value, mask), line).replace(passwordInAddress, mask)
  const [, key = '', name = '', value = ''] = /^(.\s*"?([\w.-]{1,200})"?: )(.+)$/.exec(hidden) ?? []
  return secretName.test(name) && !isVariable.test(value) && !/^[|>]/.test(value) ? `${key}${mask}` : hidden
}

/** What the variables of a stack say whose names are those of secrets. */
function secretValues({ document }: Documents): readonly string[] {
  return Object.values(document.services).flatMap(({ environment }) => {
    const stated = typeof environment === 'object' && environment !== null ? Object.entries(environment) : []
    return stated.flatMap(([name, value]) => (secretName.test(name) && typeof value === 'string' && !isVariable.test(value) ? [value] : []))
  })
}

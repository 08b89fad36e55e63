// What kyozo writes beside the file: the message of its commit, and the pull request. Both say what changes and why, for people who have seen neither before.
import { sayChanges } from '../../stack/committed/changes.ts'
import { markOf } from '../../stack/committed/file.ts'
import { describeConflict, describeEdit } from '../../stack/committed/wording.ts'
import type { Committed } from '../../stack/edits/with-edits.ts'

const subject = 'Write compose.kyozo.yaml anew'
const subjectLimit = 72
const linesLimit = 50

/** With the trailer by which `kyozo compose` finds the commit again. */
export function commitMessage({ present, generated }: Committed, text: string): string {
  const changes = sayChanges(present, text)
  const names = changes.map((change) => change.split(':')[0]).join(', ')
  const title = present === null ? 'Write compose.kyozo.yaml, what kyozo runs' : `${subject}: ${names}`
  return [
    title.length > subjectLimit ? subject : title,
    '',
    ...limited(changes),
    ...(changes.length === 0 ? ['Only what kyozo says about the services changes.'] : []),
    '',
    `Kyozo-Generated: ${markOf(generated) ?? ''}`,
    '',
  ].join('\n')
}

export interface Proposed {
  readonly branch: string
  readonly committed: Committed
  readonly text: string
}

export function pullRequestWords({ committed, text }: Proposed): { readonly title: string; readonly body: string } {
  const { present, merged } = committed
  const [count, hasFile] = [merged.conflicts.length, present !== null]
  const title = hasFile
    ? `${subject}${count === 0 ? '' : `: ${count} ${count === 1 ? 'value that was' : 'values that were'} changed here too`}`
    : 'Add compose.kyozo.yaml, what kyozo runs'
  const body = [
    hasFile
      ? 'The shape of the stack has changed, so `compose.kyozo.yaml` does too. What people changed in the file stays.'
      : '`compose.kyozo.yaml` says what kyozo runs for this repository. Change in it what you like: kyozo keeps it.',
    '',
    ...block(sayChanges(present, text)),
    ...(count === 0 ? [] : ['', conflictWords(count), '', ...block(merged.conflicts.flatMap((one) => describeConflict(one).split('\n')))]),
    ...(merged.edits.length === 0 ? [] : ['', 'These changes of people’s stay:', '', ...block(merged.edits.map(describeEdit))]),
    '',
    'Merging deploys nothing that does not run already, unless there are conflicts above. Closing keeps the file as it is; kyozo does not propose the same again. `commit_back: off` in kyozo.yaml ends this.',
    '',
  ]
  return { title, body: body.join('\n') }
}

function conflictWords(count: number): string {
  const what = count === 1 ? 'One value was changed' : `${count} values were changed`
  return `${what} both in the file and by kyozo. What the file has runs. Merge this to take what kyozo generates, or put yours back on this branch before you merge:`
}

/** Indented code: whatever a repository calls its services, it is no Markdown, no link and no mention. */
function block(lines: readonly string[]): readonly string[] {
  return limited(lines).map((line) => `    ${line}`)
}

function limited(lines: readonly string[]): readonly string[] {
  return lines.length <= linesLimit ? lines : [...lines.slice(0, linesLimit - 1), `and ${lines.length - linesLimit + 1} more`]
}

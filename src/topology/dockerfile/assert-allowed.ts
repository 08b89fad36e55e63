// The gate before a build: no Dockerfile reaches the builder unchecked, whether it stands in the repository, in a compose file, or came from a template.
import { KyozoError } from '../../errors.ts'
import type { Trust } from '../compose/model.ts'
import { checkDockerfile } from './check-dockerfile.ts'

/** The part of a stack that is checked. */
export interface StackOfDockerfiles {
  readonly services: readonly {
    readonly name: string
    readonly build?: { readonly dockerfile: string; readonly args?: Readonly<Record<string, string>> }
  }[]
}

/** Throws `dockerfile_refused` with every violation of every service, each on a line of its own. */
export function assertDockerfilesAllowed(
  stack: StackOfDockerfiles,
  { workspace, policy = 'trusted' }: { readonly workspace: string; readonly policy?: Trust },
): void {
  const violations = stack.services.flatMap(({ name, build }) => {
    if (build === undefined) return []
    const { dockerfile: text, args = {} } = build
    return checkDockerfile({ text, file: `the Dockerfile of ${name}`, workspace, policy, args })
  })
  if (violations.length === 0) return
  const lines = violations.map(({ file, line, column, message, rule }) => `${file}:${line}:${column} ${message} (rule ${rule})`)
  throw new KyozoError('dockerfile_refused', ['the stack may not be built as it is:', ...lines].join('\n'), {
    hint: 'change each of the lines named as it says, and push again',
  })
}

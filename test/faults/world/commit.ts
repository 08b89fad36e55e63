// A commit of a history: what it holds, and its way to the Git host.
import type { Content, ServiceName } from '../acts.ts'
import { type Contents, filesOf, type ServiceContent } from '../contents.ts'
import type { Subject } from './subject.ts'

/** What the repository holds after a change to these services. */
export function contentsAfter(subject: Subject, content: Content, services: readonly ServiceName[]): Contents {
  const version = ++subject.version
  const before = subject.commits.at(-1)?.contents
  const fresh = { content: 'good', version } as const
  const base: Contents = before ?? { web: fresh, data: fresh, still: fresh }
  if (content === 'docs') return base
  const changed = Object.fromEntries(services.map((service) => [service, { content, version } satisfies ServiceContent]))
  return { ...base, ...changed }
}

/** Pushes it; `parent` other than the tip makes it a forced push. */
export async function commit(subject: Subject, contents: Contents, parent?: string | null): Promise<void> {
  const from = subject.hasBranch ? parent : null
  const { sha } = await subject.repository.push({
    change: { files: filesOf(contents, subject.version) },
    message: `Version ${subject.version}`,
    ...(from === undefined ? {} : { parent: from }),
  })
  subject.hasBranch = true
  subject.commits.push({ sha, contents })
}

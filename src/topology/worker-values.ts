// The port and the health of a service that only works: what its folder's server listens on, and answers, is not its own.
import { declaredHealth } from './declaration/declared-values.ts'
import { corrected, declaredValue, inDockerfile, type Known, stated } from './known.ts'
import { decide, type Said, said, usual } from './reasons.ts'
import type { HealthSpec } from './topology.ts'
import { isWorkerCommand } from './worker-command.ts'

/** A folder's own start command is one of its sources, which show themselves whether they listen. */
export function worksOnly({ draft: { claim } }: Known, start: string | undefined): boolean {
  const listens = start === claim.spec.start && claim.signs.some(({ fact }) => fact.startsWith('listens: '))
  return !listens && isWorkerCommand(start)
}

/** None, unless the file that starts it says where. */
export function portOfWorker(known: Known, start: string | undefined): Said<number> | undefined {
  const { draft, statements, dockerfile } = known
  const { declared, compose } = draft
  const [composed] = compose?.service.ports ?? []
  const starts = (command: string | undefined) => command !== undefined && command === start
  const exposed = starts(dockerfile?.command?.text) ? dockerfile?.ports[0] : undefined
  return corrected(known, ['port'], declared?.port, {
    ...stated(
      statements.filter((statement) => starts(statement.start)),
      'port',
    ),
    compose: said(composed?.port, composed?.evidence),
    dockerfile: inDockerfile(known, exposed?.port, exposed),
  })
}

/** Without a port nothing answers that could be asked, unless somebody names its place. */
export function healthOfWorker(known: Known, port: Said<number> | undefined): Said<HealthSpec> | undefined {
  const health = decide<HealthSpec>({
    ...stated(known.statements, 'health'),
    declaration: declaredValue(known, ['health'], declaredHealth(known.draft.declared?.health)),
  })
  if (port !== undefined)
    return health ?? usual<HealthSpec>({ kind: 'tcp' }, port.evidence, 'no health route is known, so its port is asked')
  const { value } = health ?? {}
  const asksNoPort = value?.kind === 'exec' || value?.kind === 'none' || value?.kind === 'docker'
  return asksNoPort || value?.port !== undefined ? health : undefined
}

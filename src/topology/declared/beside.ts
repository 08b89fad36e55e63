// Services of one file that share a folder are one service with several processes: the one that answers, and what works beside it.
import type { ProcessSpec } from '../topology.ts'
import type { Statement } from './statement.ts'

/** The statements with each folder's workers joined to what answers there. */
export function joinBeside(statements: readonly Statement[]): Statement[] {
  const groups = Map.groupBy(statements, ({ source, evidence, folder }) => `${source} ${evidence.path} ${folder}`)
  return [...groups.values()].flatMap(joinGroup)
}

function joinGroup(group: readonly Statement[]): readonly Statement[] {
  const main = group.find(({ isBeside }) => isBeside !== true) ?? group[0]
  const beside = group.filter((statement) => statement !== main && statement.isBeside === true)
  if (main === undefined || beside.length === 0) return group
  return [withBeside(main, beside), ...group.filter((statement) => statement !== main && !beside.includes(statement))]
}

function withBeside(main: Statement, beside: readonly Statement[]): Statement {
  const all = [main, ...beside]
  const named = new Map(all.flatMap(({ environment = [] }) => environment).map((variable) => [variable.name, variable]))
  for (const variable of main.environment ?? []) named.set(variable.name, variable)
  const workers = beside.flatMap(({ name, start, once = [] }): ProcessSpec[] =>
    start === undefined || once.some(({ kind }) => kind === 'schedule') ? [] : [{ name: name ?? 'worker', command: start }],
  )
  const own = main.processes ?? (main.start === undefined ? [] : [{ name: main.isBeside === true ? 'main' : 'web', command: main.start }])
  const [first] = beside.filter(({ start }) => start !== undefined)
  return {
    ...main,
    environment: [...named.values()],
    needs: all.flatMap(({ needs = [] }) => needs),
    once: all.flatMap(({ once = [] }) => once),
    ...(workers.length === 0 ? {} : { processes: [...own, ...workers] }),
    because: { ...main.because, ...(first === undefined ? {} : { processes: first.because?.start ?? first.evidence }) },
  }
}
